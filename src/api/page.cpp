// The page at /: says what runs, and gives the browser what it needs for the API.
#include <string>

#include "api/handlers.hpp"
#include "service/sessions/sessions.hpp"

namespace skald::api {
namespace {

// Names come from people: as text they may hold anything.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string session_row(const Session& session) {
  const std::string address = "/api/v1/sessions/" + std::to_string(session.id);
  const RunRecord& newest = session.runs.front();
  return "<tr><td>" + escaped(session.name) + "</td><td>" + std::string(to_string(newest.state)) +
         "</td><td>" + escaped(newest.started) + "</td><td><a href=\"" + address +
         "/transcript\">transcript</a> <a href=\"" + address + "/audio\">sound</a></td></tr>\n";
}

std::string session_table(const std::vector<Session>& sessions) {
  if (sessions.empty()) return "<p>No session yet. <code>skald process session.mp3</code> makes one.</p>\n";
  std::string rows;
  for (const Session& session : sessions) rows += session_row(session);
  return "<table>\n<thead><tr><th>Session</th><th>State</th><th>Started</th><th>Results</th></tr></"
         "thead>\n<tbody>\n" +
         rows + "</tbody>\n</table>\n";
}

}  // namespace

Result<Reply> get_page(Context& context, const Call&) {
  const auto list = [&]() -> Result<std::vector<Session>> {
    const auto held = context.store();
    return all_sessions(held.store);
  };
  const auto sessions = TRY(list());
  const std::string table = session_table(sessions);
  Reply reply;
  reply.type = "text/html; charset=utf-8";
  // Strict keeps the cookie from every request that another site begins.
  reply.headers.emplace_back("Set-Cookie", context.gate.cookie_name() + "=" + context.gate.session +
                                               "; Path=/; HttpOnly; SameSite=Strict");
  reply.body =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Skald</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"skald-csrf\" content=\"" +
      context.gate.csrf + "\">\n</head>\n<body>\n<main>\n<h1>Skald " + escaped(context.version) + "</h1>\n" +
      table +
      "<p>The API: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>\n</main>\n</body>\n</html>\n";
  return reply;
}

}  // namespace skald::api
