#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "engines/llm/openai.hpp"
#include "formats/fields.hpp"

namespace skald::llm {
namespace {

constexpr int kRoomForThought = 4096;  // models that think before they answer count it as output

using Format = OpenAiDialect::Format;
using Send = OpenAiDialect::Send;

Json response_format(const Prompt& prompt, Format format) {
  if (format == Format::JsonObject) return {{"type", "json_object"}};
  return {{"type", "json_schema"},
          {"json_schema", {{"name", "labels"}, {"strict", true}, {"schema", prompt.schema}}}};
}

Json request_body(const LlmTarget& target, const OpenAiDialect& dialect, const Prompt& prompt) {
  Json body = {
      {"model", target.model},
      {"messages",
       {{{"role", "system"}, {"content", prompt.system}}, {{"role", "user"}, {"content", prompt.user}}}},
      {dialect.length_field, answer_tokens(prompt.ids.size()) + kRoomForThought},
      {"stream", false}};
  if (dialect.format != Format::Text) body["response_format"] = response_format(prompt, dialect.format);
  if (dialect.temperature == Send::Yes) body["temperature"] = 0;
  if (dialect.seed == Send::Yes) body["seed"] = 1;
  if (dialect.logprobs == Send::Yes) {
    body["logprobs"] = true;
    body["top_logprobs"] = kTopLogprobs;
  }
  return body;
}

RateTold rate_in(const http::HttpReply& reply) {
  RateTold rate;
  rate.requests_left = parse_number(reply.header("x-ratelimit-remaining-requests"));
  rate.requests_reset = wait_told(reply.header("x-ratelimit-reset-requests"));
  rate.tokens_left = parse_number(reply.header("x-ratelimit-remaining-tokens"));
  rate.tokens_reset = wait_told(reply.header("x-ratelimit-reset-tokens"));
  return rate;
}

class OpenAiChat : public ChatService {
 public:
  explicit OpenAiChat(const LlmTarget& target) : target_(target) {}

  LlmResult<Completion> ask(const Prompt& prompt, const CancelToken& cancel) override {
    while (true) {
      ++requests_;
      const auto reply =
          post(client_, target_, "/chat/completions", request_body(target_, dialect_, prompt), cancel);
      if (!reply) return tl::unexpected(reply.error());
      rate_ = rate_in(*reply);
      if (reply->status == 200) return read_openai_reply(reply->body);
      const LlmError error = judge_failure(reply->status, reply->body, reply->header("retry-after"));
      const bool form = error.failure == LlmFailure::Refused &&
                        (reply->status == 400 || reply->status == 422 || reply->status == 404);
      const bool unable = reply->status == 501;
      if (!(form || unable) || !dialect_.narrow(error.message)) return tl::unexpected(error);
    }
  }

 private:
  LlmTarget target_;
  OpenAiDialect dialect_;
  http::Client client_;
};

LlmError not_openai() {
  return {LlmFailure::Server, "its answer is not what an OpenAI-compatible service sends", {}, {}, {}};
}

}  // namespace

bool OpenAiDialect::narrow(std::string_view complaint) {
  const std::string text = ascii_lower(complaint);
  const auto about = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  const auto drop = [](Send& what) {
    const bool had = what == Send::Yes;
    what = Send::No;
    return had;
  };
  const auto simpler = [&] {
    if (format == Format::Text) return false;
    format = format == Format::Schema ? Format::JsonObject : Format::Text;
    return true;
  };
  constexpr std::string_view kOtherField = "max_completion_tokens";
  if (about("logprobs") && drop(logprobs)) return true;
  if (about("max_tokens") && length_field != kOtherField) {
    length_field = kOtherField.data();
    return true;
  }
  if (about("temperature") && drop(temperature)) return true;
  if (about("seed") && drop(seed)) return true;
  if ((about("response_format") || about("schema") || about("json")) && simpler()) return true;
  // No word of what it dislikes: what services most often lack goes first.
  return drop(logprobs) || simpler() || drop(seed) || drop(temperature);
}

LlmResult<Completion> read_openai_reply(std::string_view body) {
  const auto json = parse_outside_json(body, "answer");
  if (!json || !json->is_object()) return tl::unexpected(not_openai());
  if (json->contains("error") && !json->at("error").is_null())
    return tl::unexpected(judge_failure(500, body));
  const auto choices = json->find("choices");
  if (choices == json->end() || !choices->is_array() || choices->empty() || !choices->front().is_object())
    return tl::unexpected(not_openai());
  const Json& choice = choices->front();
  Completion completion;
  if (const auto message = choice.find("message"); message != choice.end() && message->is_object())
    completion.text = text_at(*message, "content");
  if (const auto logprobs = choice.find("logprobs");
      logprobs != choice.end() && logprobs->is_object() && logprobs->contains("content"))
    completion.tokens = tokens_in(logprobs->at("content"));
  if (text_at(choice, "finish_reason") == "length") completion.end = Completion::End::CutOff;
  if (const auto usage = json->find("usage"); usage != json->end() && usage->is_object()) {
    completion.tokens_in = get_or<std::int64_t>(*usage, "prompt_tokens", 0);
    completion.tokens_out = get_or<std::int64_t>(*usage, "completion_tokens", 0);
  }
  return completion;
}

LlmResult<std::vector<std::string>> openai_models(const LlmTarget& target, const CancelToken& cancel) {
  http::Client client;
  http::HttpRequest request;
  request.url = http::join(target.base_url, "/models");
  request.key = target.key;
  request.timeouts = {std::chrono::seconds(10), std::chrono::seconds(30), std::chrono::seconds(60)};
  const auto reply = client.exchange(request, cancel);
  if (!reply)
    return tl::unexpected(LlmError{
        reply.error().failure == http::Failure::Cancelled ? LlmFailure::Cancelled : LlmFailure::Unreachable,
        reply.error().message,
        {},
        {},
        {}});
  if (reply->status != 200)
    return tl::unexpected(judge_failure(reply->status, reply->body, reply->header("retry-after")));
  const auto json = parse_outside_json(reply->body, "answer");
  if (!json || !json->is_object() || !json->contains("data") || !json->at("data").is_array())
    return tl::unexpected(not_openai());
  std::vector<std::string> names;
  for (const Json& row : json->at("data"))
    if (std::string id = text_at(row, "id"); !id.empty()) names.push_back(std::move(id));
  return names;
}

std::string chat_model_of(const std::vector<std::string>& models) {
  constexpr std::array<std::string_view, 12> kOthers = {"whisper",    "tts",        "embed",  "guard",
                                                        "dall-e",     "moderation", "audio",  "image",
                                                        "transcribe", "realtime",   "rerank", "orpheus"};
  for (const std::string& model : models) {
    const std::string lower = ascii_lower(model);
    if (std::none_of(kOthers.begin(), kOthers.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; }))
      return model;
  }
  return {};
}

std::unique_ptr<ChatService> open_openai_chat(const LlmTarget& target) {
  return std::make_unique<OpenAiChat>(target);
}

}  // namespace skald::llm
