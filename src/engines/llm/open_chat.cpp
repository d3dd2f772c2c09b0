#include "engines/llm/chat.hpp"
#include "engines/llm/ollama_chat.hpp"
#include "engines/llm/openai.hpp"

namespace skald::llm {

std::unique_ptr<ChatService> open_chat(const LlmTarget& target, int num_ctx) {
  return target.is_ollama() ? open_ollama_chat(target, num_ctx) : open_openai_chat(target);
}

}  // namespace skald::llm
