#include "api/guard.hpp"

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "base/text.hpp"

namespace skald::api {
namespace {

// "localhost:7860" and the like: all that this server is called.
std::vector<std::string> own_hosts(const Gate& gate) {
  std::vector<std::string> names = {"127.0.0.1", "localhost", "[::1]"};
  names.push_back(gate.host.find(':') == std::string::npos ? gate.host : "[" + gate.host + "]");
  std::vector<std::string> hosts;
  for (const std::string& name : names) {
    hosts.push_back(name + ":" + std::to_string(gate.port));
    if (gate.port == 80) hosts.push_back(name);
  }
  return hosts;
}

bool is_own(std::string_view host, const Gate& gate) {
  const auto hosts = own_hosts(gate);
  return std::find(hosts.begin(), hosts.end(), ascii_lower(host)) != hosts.end();
}

// The cookie's value where it is sent once; another site of this machine may have set one of the same name.
std::string_view cookie(const Request& request, std::string_view name) {
  std::string_view value;
  int found = 0;
  for (const std::string_view header : request.all("Cookie"))
    for (std::size_t at = 0; at <= header.size();) {
      const std::size_t end = std::min(header.find(';', at), header.size());
      const std::string_view pair = trim(header.substr(at, end - at));
      if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
        value = pair.substr(name.size() + 1);
        ++found;
      }
      at = end + 1;
    }
  return found == 1 ? value : std::string_view();
}

bool matches(std::string_view given, const std::string& secret) {
  return !secret.empty() && same_secret(given, secret);
}

bool opens_a_page(const Request& request) {
  return request.header("Sec-Fetch-Mode") == "navigate" && request.header("Sec-Fetch-Dest") == "document";
}

// Loopback belongs to all users of a machine, the page to one. The system itself may relay for that one.
Admission check_user(const Request& request, const Gate& gate) {
  const auto user = request.peer_owner ? request.peer_owner() : std::nullopt;
  if (!user || *user == gate.owner || *user == 0) return {};
  return refuse(RefusalCode::Forbidden, "another user of this machine runs this server");
}

Scope needed_scope(Guard guard) {
  return guard == Guard::Admin ? Scope::Admin : guard == Guard::Change ? Scope::Change : Scope::Read;
}

bool is_json(std::string_view type) {
  const std::string lower = ascii_lower(type);
  const auto semicolon = lower.find(';');
  if (trim(std::string_view(lower).substr(0, semicolon)) != "application/json") return false;
  return semicolon == std::string::npos ||
         trim(std::string_view(lower).substr(semicolon + 1)) == "charset=utf-8";
}

}  // namespace

Admission check_address(const Request& request, const Gate& gate) {
  if (!request.target.starts_with('/') || request.target.starts_with("//"))
    return refuse(RefusalCode::BadRequest, "the address in the request is not a path of this server");
  const auto host = request.header("Host");
  if (!host) return refuse(RefusalCode::BadRequest, "a request needs one Host header");
  if (!is_own(*host, gate))
    return refuse(RefusalCode::Forbidden, "this server does not answer to the name in the Host header");
  return {};
}

Admission check_origin(const Request& request, Guard guard) {
  const auto origins = request.all("Origin");
  if (origins.size() > 1) return refuse(RefusalCode::Forbidden, "two Origin headers");
  if (!origins.empty()) {
    const std::string_view origin = origins.front();
    // The same name as in Host, which is this server's: localhost is not the page of 127.0.0.1.
    if (!origin.starts_with("http://") ||
        ascii_lower(origin.substr(7)) != ascii_lower(request.header("Host").value_or("")))
      return refuse(RefusalCode::Forbidden, "the request comes from a page of another site");
  }
  const auto sites = request.all("Sec-Fetch-Site");
  if (sites.empty()) return {};  // not a browser, or an old one
  const bool own = sites.size() == 1 && (sites.front() == "same-origin" || sites.front() == "none");
  const bool link = guard == Guard::Page && request.is_read() && opens_a_page(request);
  if (!own && !link) return refuse(RefusalCode::Forbidden, "the request comes from a page of another site");
  return {};
}

Admission check_body(const Request& request, const Gate& gate, Body body) {
  const auto lengths = request.all("Content-Length");
  const bool chunked = !request.all("Transfer-Encoding").empty();
  const auto length = lengths.empty() ? std::optional<std::uint64_t>(0) : whole_number(lengths.front());
  if (!length || lengths.size() > 1)
    return refuse(RefusalCode::BadRequest, "the Content-Length cannot be read");
  if (*length == 0 && !chunked) return {};
  if (request.is_read()) return refuse(RefusalCode::BadRequest, "a read has no body");
  if (*length > gate.most(body))
    return refuse(RefusalCode::TooLarge,
                  "the body is larger than " + std::to_string(gate.most(body)) + " bytes");
  const std::string_view type = request.header("Content-Type").value_or("");
  if (body == Body::Json && !is_json(type))
    return refuse(RefusalCode::UnsupportedType, "the body is not JSON");
  if (body == Body::Bytes && ascii_lower(trim(type)) != "application/octet-stream")
    return refuse(RefusalCode::UnsupportedType, "a piece of a file is sent as application/octet-stream");
  // A browser sends such a form from a page of another site without asking, but with no X-Skald-CSRF.
  if (body == Body::Form && !type.starts_with("multipart/form-data;"))
    return refuse(RefusalCode::UnsupportedType, "the recording is sent as multipart/form-data");
  return {};
}

Admission check_caller(const Request& request, Guard guard, const Gate& gate) {
  if (guard == Guard::Open) return {};
  if (guard == Guard::Page) return check_user(request, gate);
  constexpr std::string_view bearer = "bearer ";
  if (const auto sent = request.header("Authorization")) {
    std::optional<Scope> scope;
    if (ascii_lower(sent->substr(0, bearer.size())) == bearer)
      scope = gate.scope_of(trim(sent->substr(bearer.size())));
    if (!scope) return refuse(RefusalCode::Unauthorized, "the token is not known here");
    if (*scope >= needed_scope(guard)) return {};
    return refuse(RefusalCode::OutOfScope, "the token may only " + std::string(to_string(*scope)));
  }
  if (!matches(cookie(request, gate.cookie_name()), gate.session))
    return refuse(RefusalCode::Unauthorized, "neither the cookie of the page nor a token was sent");
  if (changes(guard) && !matches(request.header("X-Skald-CSRF").value_or(""), gate.csrf))
    return refuse(RefusalCode::Forbidden, "a change needs the X-Skald-CSRF header of the page");
  return {};
}

Admission admit(const Request& request, Guard guard, const Gate& gate, Body body) {
  return check_address(request, gate)
      .and_then([&] { return check_origin(request, guard); })
      .and_then([&] { return check_body(request, gate, body); })
      .and_then([&] { return check_caller(request, guard, gate); });
}

}  // namespace skald::api
