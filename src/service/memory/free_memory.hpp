// Gives memory back that models of Ollama hold while nothing runs.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/memory/model_host.hpp"
#include "pipeline/ports.hpp"
#include "service/settings/llm_services.hpp"

namespace skald {

struct FreedMemory {
  std::vector<HostedModel> unloaded;
  struct Kept {
    HostedModel model;
    std::string reason;
  };
  std::vector<Kept> kept;
  bool ollama_answers = false;
};

/// Unloads Ollama's models as OLLAMA_UNLOAD allows: `never` none, `own` those that the settings name, `all`
/// all; and sees whether they went.
FreedMemory free_memory(const LlmServices& services, const CancelToken& cancel);

/// Bytes that this process holds in memory.
std::uint64_t resident_bytes();
/// Gives free pieces of the heap back to the system.
void trim_heap();

}  // namespace skald
