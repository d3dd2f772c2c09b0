// The one table of all addresses that the server knows.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "api/context.hpp"
#include "api/guard.hpp"
#include "api/message.hpp"

namespace skald::api {

struct Call {
  const Request& request;
  std::int64_t id = 0;         // where the pattern has {id}
  Json body = Json::object();  // where one was sent, and the route takes JSON
};

using Handler = Result<Reply> (*)(Context&, const Call&);

struct Route {
  std::string_view method;   // GET answers HEAD, too
  std::string_view pattern;  // may have one {id}: digits
  Guard guard;
  Handler handler;
  std::string_view operation;  // its name in the OpenAPI document
  std::string_view type;       // of what comes back
  std::string_view summary;
  std::array<std::string_view, 9> parameters = {};  // in the query, "name: what it is"
  Body body = Body::Json;
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;
  std::int64_t id = 0;
  std::string allowed;  // methods of that path, where it is known but not for this method
};
Match match(std::string_view method, std::string_view path);

/// OpenAPI 3.1, made from the table.
Json openapi(std::string_view version);

/// The whole way of a request: the route, its guard, its handler; errors become JSON.
Reply answer(Context& context, const Request& request);

/// Headers of every reply: no foreign content, no frames, no guessing of types, nothing told to other sites.
const Fields& strict_headers();
/// The Content-Security-Policy among them, which also lets in the one style with this nonce, where there is
/// one.
std::string content_policy(std::string_view style_nonce = {});

}  // namespace skald::api
