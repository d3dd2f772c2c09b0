#include "service/labels/unload.hpp"

#include <string>

#include "engines/llm/ollama.hpp"

namespace skald {

Status unload_models(const WhisperStep& step, DeviceProbe& probe, const LlmServices& services,
                     const CancelToken& cancel, const std::function<void(std::string_view)>& tell) {
  llm::Ollama host(services.ollama.base_url, &cancel);
  for (const std::string& model : step.unload) {
    tell("Ollama: unloading " + model);
    const auto gone = host.unload(model);
    if (!gone && gone.error().code == ErrorCode::Cancelled) return tl::unexpected(gone.error());
    if (gone && *gone == llm::Unloaded::Yes)
      probe.unloaded(model);
    else
      tell("Ollama still holds " + model + (gone ? std::string() : ": " + gone.error().message));
  }
  return {};
}

}  // namespace skald
