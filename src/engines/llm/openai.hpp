// Services that speak OpenAI's API: Groq, OpenAI, llama-server, LM Studio, vLLM, Ollama's /v1.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engines/llm/chat.hpp"

namespace skald::llm {

/// What a service turned out to understand; narrowed by its errors, and kept for the next question.
struct OpenAiDialect {
  enum class Format { Schema, JsonObject, Text } format = Format::Schema;
  enum class Send { Yes, No } logprobs = Send::Yes, temperature = Send::Yes, seed = Send::Yes;
  const char* length_field = "max_tokens";

  /// Leaves out what an error complains of, else the next most likely thing; false: there is nothing left.
  bool narrow(std::string_view complaint);
};

std::unique_ptr<ChatService> open_openai_chat(const LlmTarget& target);

/// The answer of /chat/completions.
LlmResult<Completion> read_openai_reply(std::string_view body);

/// Names of the models that a service lists (/models), as it orders them.
LlmResult<std::vector<std::string>> openai_models(const LlmTarget& target, const CancelToken& cancel);

/// The first listed model that may answer questions: not one for speech, embeddings, pictures or guarding.
/// Empty where there is none.
std::string chat_model_of(const std::vector<std::string>& models);

}  // namespace skald::llm
