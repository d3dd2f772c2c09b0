// Chat with an Ollama server (/api/chat).
#pragma once
#include <memory>

#include "engines/llm/chat.hpp"

namespace skald::llm {

std::unique_ptr<ChatService> open_ollama_chat(const LlmTarget& target, int num_ctx);

/// The lines of a streamed answer put together. A line with an error, also after good ones, is the failure.
LlmResult<Completion> read_ollama_stream(std::string_view body);

}  // namespace skald::llm
