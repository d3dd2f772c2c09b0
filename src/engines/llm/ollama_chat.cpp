#include "engines/llm/ollama_chat.hpp"

#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald::llm {
namespace {

Json request_body(const LlmTarget& target, int num_ctx, const Prompt& prompt) {
  Json options = {{"num_ctx", num_ctx},
                  {"num_predict", answer_tokens(prompt.ids.size()) + 192},
                  {"temperature", 0},
                  {"seed", 1}};
  if (target.num_gpu) options["num_gpu"] = *target.num_gpu;
  if (target.threads > 0) options["num_thread"] = target.threads;
  // Streamed, so that a server that works can be told from one that hangs. A prompt that does not fit is to
  // be an error rather than to lose its beginning.
  return {{"model", target.model},
          {"messages",
           {{{"role", "system"}, {"content", prompt.system}}, {{"role", "user"}, {"content", prompt.user}}}},
          {"format", prompt.schema},
          {"options", std::move(options)},
          {"keep_alive", target.keep_alive.count()},
          {"stream", true},
          {"think", false},
          {"truncate", false},
          {"shift", false},
          {"logprobs", true},
          {"top_logprobs", kTopLogprobs}};
}

class OllamaChat : public ChatService {
 public:
  OllamaChat(const LlmTarget& target, int num_ctx) : target_(target), num_ctx_(num_ctx) {}

  LlmResult<Completion> ask(const Prompt& prompt, const CancelToken& cancel) override {
    ++requests_;
    const auto reply = post(client_, target_, "/api/chat", request_body(target_, num_ctx_, prompt), cancel);
    if (!reply) return tl::unexpected(reply.error());
    if (reply->status != 200)
      return tl::unexpected(judge_failure(reply->status, reply->body, reply->header("retry-after")));
    return read_ollama_stream(reply->body);
  }

 private:
  LlmTarget target_;
  int num_ctx_;
  http::Client client_;
};

}  // namespace

LlmResult<Completion> read_ollama_stream(std::string_view body) {
  Completion completion;
  bool done = false;
  for (const std::string& line : split(body, '\n')) {
    if (trim(line).empty()) continue;
    const auto json = parse_outside_json(line, "answer");
    if (!json || !json->is_object())
      return tl::unexpected(
          LlmError{LlmFailure::Server, "its answer is not the JSON that Ollama sends", {}, {}, {}});
    if (json->contains("error")) return tl::unexpected(judge_failure(500, line));
    if (const auto message = json->find("message"); message != json->end() && message->is_object())
      completion.text += text_at(*message, "content");
    if (const auto tokens = json->find("logprobs"); tokens != json->end())
      for (ChatToken& token : tokens_in(*tokens)) completion.tokens.push_back(std::move(token));
    if (!get_or(*json, "done", false)) continue;
    done = true;
    completion.tokens_in = get_or<std::int64_t>(*json, "prompt_eval_count", 0);
    completion.tokens_out = get_or<std::int64_t>(*json, "eval_count", 0);
    if (text_at(*json, "done_reason") == "length") completion.end = Completion::End::CutOff;
  }
  if (!done)
    return tl::unexpected(
        LlmError{LlmFailure::Server, "its answer ended before it was complete", {}, {}, {}});
  return completion;
}

std::unique_ptr<ChatService> open_ollama_chat(const LlmTarget& target, int num_ctx) {
  return std::make_unique<OllamaChat>(target, num_ctx);
}

}  // namespace skald::llm
