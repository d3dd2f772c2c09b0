// One question to a language model and its answer, whatever service it runs in.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engines/llm/prompt.hpp"
#include "engines/llm/target.hpp"
#include "pipeline/ports.hpp"
#include "platform/http/http.hpp"

namespace skald::llm {

/// Tokens that might have stood in the place of one, asked of a service; those of the labels are among them.
inline constexpr int kTopLogprobs = 10;

/// A token of an answer, and those that might have stood in its place, with their log-probabilities.
struct ChatToken {
  std::string text;
  std::vector<std::pair<std::string, double>> top;
};

struct Completion {
  std::string text;
  std::vector<ChatToken> tokens;  // empty where the service does not tell
  std::int64_t tokens_in = 0, tokens_out = 0;
  enum class End { Whole, CutOff } end = End::Whole;
};

/// Limits as the headers of the last reply tell them; seconds until they are full again.
struct RateTold {
  std::optional<double> requests_left, requests_reset;
  std::optional<double> tokens_left, tokens_reset;
};

class ChatService {
 public:
  virtual ~ChatService() = default;
  virtual LlmResult<Completion> ask(const Prompt& prompt, const CancelToken& cancel) = 0;
  const RateTold& rate() const { return rate_; }
  std::size_t requests() const { return requests_; }  // sent so far

 protected:
  RateTold rate_;
  std::size_t requests_ = 0;
};

/// `num_ctx`: tokens of context that Ollama is to give; others have their own.
std::unique_ptr<ChatService> open_chat(const LlmTarget& target, int num_ctx);

// ---- for the adapters ----

/// Sends JSON to a service; a failure to get any answer becomes an LlmError that names `service`.
LlmResult<http::HttpReply> post(http::Client& client, const LlmTarget& target, std::string_view path,
                                const Json& body, const CancelToken& cancel);
/// {"token","top_logprobs":[{"token","logprob"}]} of both kinds of service; nothing for anything else.
std::vector<ChatToken> tokens_in(const Json& list);
/// An LlmError with the service's name in front of the message.
LlmError named(LlmError error, const LlmTarget& target);

}  // namespace skald::llm
