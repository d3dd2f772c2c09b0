// Who may ask for what: pure functions of a request.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/message.hpp"
#include "api/tokens.hpp"

namespace skald::api {

/// What a route asks of its caller. All of them: an address of this machine in Host, and no foreign page
/// behind.
enum class Guard {
  Open,    // nothing more: says nothing of the user
  Page,    // a page, which a link on another site may lead to; gives out the cookie, to the server's own user
  Read,    // the cookie of the page, or a token
  Change,  // the cookie and what the page knows besides (X-Skald-CSRF), or a token for changes
  Admin    // the same, or a token for everything
};

/// What a request may carry.
enum class Body {
  Json,   // an object, or nothing
  Bytes,  // application/octet-stream
  Form    // multipart/form-data
};

/// What callers are measured against.
struct Gate {
  std::string host = "127.0.0.1";  // that the server listens on
  int port = 0;
  std::string session;  // value of the cookie
  std::string csrf;
  std::function<std::optional<Scope>(std::string_view)> scope_of = [](std::string_view) {
    return std::nullopt;
  };
  unsigned owner = 0;                 // user id that the server runs as
  std::size_t most_body = 1 << 20;    // bytes of JSON
  std::size_t most_piece = 8 << 20;   // bytes of one piece of a file
  std::uint64_t most_form = 8 << 20;  // bytes of a form with a recording

  std::uint64_t most(Body body) const {
    return body == Body::Json ? most_body : body == Body::Bytes ? most_piece : most_form;
  }

  std::string cookie_name() const { return "skald_" + std::to_string(port); }
};

/// Whether the guard is for what changes something.
constexpr bool changes(Guard guard) {
  return guard == Guard::Change || guard == Guard::Admin;
}

/// Whether Host names this server: against names of other sites that lead here (DNS rebinding). Refuses
/// targets that are no path, too, and a Host that is missing or stands there twice.
Admission check_address(const Request& request, const Gate& gate);
/// Whether a browser sends it for this server's own page, or for the user. The Host must have been checked.
Admission check_origin(const Request& request, Guard guard);
/// A body is of that kind and not too large, as far as headers tell; nothing comes with a read.
Admission check_body(const Request& request, const Gate& gate, Body body = Body::Json);
Admission check_caller(const Request& request, Guard guard, const Gate& gate);

/// All of the above, in that order.
Admission admit(const Request& request, Guard guard, const Gate& gate, Body body = Body::Json);

}  // namespace skald::api
