// The page at /: that of web/, with what the browser needs for the API.
#include <algorithm>
#include <string>

#include "api/assets.hpp"
#include "api/handlers.hpp"
#include "base/random.hpp"

namespace skald::api {
namespace {

// Where node or npm were missing when the program was built.
std::string plain_page(const Context& context) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Skald</title>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"skald-csrf\" content=\"" +
         context.gate.csrf + "\">\n</head>\n<body>\n<main>\n<h1>Skald " + context.version +
         "</h1>\n<p>This program was built without its pages: node or npm were missing. The API works: "
         "<a href=\"/api/v1/openapi.json\">openapi.json</a></p>\n</main>\n</body>\n</html>\n";
}

const Asset* find_asset(std::string_view path) {
  const auto all = assets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Asset& a) { return a.path == path; });
  return found == all.end() ? nullptr : &*found;
}

void replace(std::string& text, std::string_view mark, std::string_view value) {
  if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), value);
}

}  // namespace

Result<Reply> get_page(Context& context, const Call&) {
  Reply reply;
  reply.type = "text/html; charset=utf-8";
  // Strict keeps the cookie from every request that another site begins.
  reply.headers.emplace_back("Set-Cookie", context.gate.cookie_name() + "=" + context.gate.session +
                                               "; Path=/; HttpOnly; SameSite=Strict");
  const Asset* page = find_asset("/index.html");
  if (page == nullptr) {
    reply.body = plain_page(context);
    return reply;
  }
  const std::string nonce = TRY(random_secret());
  std::string text(page->content);
  replace(text, "{csrf}", context.gate.csrf);
  replace(text, "{nonce}", nonce);
  replace(text, "{version}", context.version);
  // The waveform's library brings its style along as text; the nonce lets in that one, and no script.
  reply.headers.emplace_back("Content-Security-Policy", content_policy(nonce));
  reply.body = std::move(text);
  return reply;
}

Result<Reply> get_asset(Context&, const Call& call) {
  const Asset* asset = find_asset(call.request.path);
  if (asset == nullptr)
    return fail(ErrorCode::NotFound, "this program was built without its pages",
                "Install node and npm, and build it again.");
  Reply reply;
  reply.type = asset->type;
  reply.body = std::string(asset->content);
  return reply;
}

}  // namespace skald::api
