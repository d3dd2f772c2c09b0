#include "service/settings/presets.hpp"

#include "base/text.hpp"

namespace skald {
namespace {

bool uses_ollama(const Settings& settings) {
  const SettingValue* backend = settings.find("LLM_BACKEND");
  if (backend != nullptr && ascii_lower(backend->value) == "ollama") return true;
  for (const std::string_view name : {"OLLAMA_MODEL", "OLLAMA_FALLBACK_MODEL", "OLLAMA_BASE_URL"})
    if (const SettingValue* set = settings.find(name); set != nullptr && !set->value.empty()) return true;
  return false;
}

}  // namespace

Result<Preset> chosen_preset(std::string_view name, const Settings& settings) {
  Preset preset = TRY(find_preset(name));
  if (preset.classifier == "ollama" && !uses_ollama(settings)) preset.classifier = kBuiltInClassifier;
  return preset;
}

void choose_backends(const Preset& preset, ProcessOptions& options) {
  const auto fill = [](std::string& option, std::string_view value) {
    if (option.empty()) option = value;
  };
  fill(options.transcriber, preset.transcriber);
  fill(options.diarizer, preset.diarizer);
  fill(options.classifier, preset.classifier);
  fill(options.device, preset.device);
  options.memory_use = preset.memory;
}

void choose_models(const Preset& preset, ProcessOptions& options) {
  LlmServices& services = options.services;
  if (preset.size == ModelSize::Smaller) services.ollama.model = services.ollama_fallback_model;
  if (preset.memory == MemoryUse::Least) services.unload = OllamaUnload::All;
}

}  // namespace skald
