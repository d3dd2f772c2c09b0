#include "service/labels/unload.hpp"

namespace skald {

Result<llm::Unloaded> unload_model(llm::Ollama& host, const std::string& model, DeviceProbe& probe) {
  auto gone = host.unload(model);
  if (gone && *gone == llm::Unloaded::Yes) probe.unloaded(model);
  return gone;
}

Status unload_models(const WhisperStep& step, DeviceProbe& probe, const LlmServices& services,
                     const CancelToken& cancel, const std::function<void(std::string_view)>& tell) {
  llm::Ollama host(services.ollama.base_url, &cancel);
  for (const std::string& model : step.unload) {
    tell("Ollama: unloading " + model);
    const auto gone = unload_model(host, model, probe);
    if (!gone && gone.error().code == ErrorCode::Cancelled) return tl::unexpected(gone.error());
    if (!gone || *gone == llm::Unloaded::StillThere)
      tell("Ollama still holds " + model + (gone ? std::string() : ": " + gone.error().message));
  }
  return {};
}

}  // namespace skald
