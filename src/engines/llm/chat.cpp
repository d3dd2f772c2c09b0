#include "engines/llm/chat.hpp"

#include <algorithm>
#include <cmath>

#include "formats/fields.hpp"

namespace skald::llm {
namespace {

constexpr std::size_t kMaxTop = 20;

LlmFailure kind_of(http::Failure failure) {
  switch (failure) {
    case http::Failure::TimedOut:
      return LlmFailure::TimedOut;
    case http::Failure::CutOff:
    case http::Failure::TooLarge:
      return LlmFailure::Server;
    case http::Failure::Cancelled:
      return LlmFailure::Cancelled;
    case http::Failure::BadUrl:
    case http::Failure::Forbidden:
      return LlmFailure::Refused;
    default:
      return LlmFailure::Unreachable;
  }
}

}  // namespace

LlmResult<http::HttpReply> post(http::Client& client, const LlmTarget& target, std::string_view path,
                                const Json& body, const CancelToken& cancel) {
  http::HttpRequest request;
  request.method = "POST";
  request.url = http::join(target.base_url, path);
  request.headers = {{"Content-Type", "application/json"}};
  request.key = target.key;
  request.body = to_line(body);
  request.timeouts.idle = target.silence;
  request.timeouts.total = 4 * target.silence;
  request.max_body = 32U << 20;
  auto reply = client.exchange(request, cancel);
  if (!reply)
    return tl::unexpected(LlmError{kind_of(reply.error().failure), reply.error().message, {}, {}, {}});
  return std::move(*reply);
}

std::vector<ChatToken> tokens_in(const Json& list) {
  std::vector<ChatToken> tokens;
  if (!list.is_array()) return tokens;
  for (const Json& item : list) {
    ChatToken token{text_at(item, "token"), {}};
    const auto top = item.is_object() ? item.find("top_logprobs") : item.end();
    if (item.is_object() && top != item.end() && top->is_array())
      for (const Json& other : *top) {
        const auto logprob = other.is_object() ? number_at(other, "logprob") : std::nullopt;
        if (logprob && *logprob <= 1e-6 && token.top.size() < kMaxTop)
          token.top.emplace_back(text_at(other, "token"), std::min(0.0, *logprob));
      }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

LlmError named(LlmError error, const LlmTarget& target) {
  error.message = target.service + " (" + target.model + "): " + error.message;
  return error;
}

}  // namespace skald::llm
