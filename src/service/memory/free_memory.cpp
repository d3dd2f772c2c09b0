#include "service/memory/free_memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "engines/llm/ollama.hpp"

namespace skald {
namespace {

// Empty: it may be unloaded.
std::string reason_to_keep(const LlmServices& services, const std::string& model) {
  switch (services.unload) {
    case OllamaUnload::All:
      return {};
    case OllamaUnload::Never:
      return "OLLAMA_UNLOAD is never";
    case OllamaUnload::Own:
      break;
  }
  for (const std::string& own : {services.ollama.model, services.ollama_fallback_model})
    if (!own.empty() && same_model(own, model)) return {};
  return "Skald's settings do not name it; OLLAMA_UNLOAD=all lets Skald unload it";
}

}  // namespace

FreedMemory free_memory(const LlmServices& services, const CancelToken& cancel) {
  FreedMemory freed;
  llm::Ollama host(services.ollama.base_url, &cancel);
  const auto loaded = host.loaded();
  if (!loaded) return freed;
  freed.ollama_answers = true;
  for (const HostedModel& model : *loaded) {
    std::string reason = reason_to_keep(services, model.name);
    if (reason.empty()) {
      const auto gone = host.unload(model.name);
      if (gone && *gone == llm::Unloaded::Yes) {
        freed.unloaded.push_back(model);
        continue;
      }
      reason = gone ? "Ollama still holds it" : without_secrets(gone.error().message);
    }
    freed.kept.push_back({model, std::move(reason)});
  }
  return freed;
}

std::uint64_t resident_bytes() {
  const std::string text = read_file("/proc/self/statm").value_or(std::string());
  const auto numbers = split(text, ' ');
  const auto pages = numbers.size() > 1 ? whole_number(numbers[1]) : std::nullopt;
  return pages.value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void trim_heap() {
  ::malloc_trim(0);
}

}  // namespace skald
