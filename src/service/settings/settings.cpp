#include "service/settings/settings.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.hpp"
#include "service/backends/backends.hpp"
#include "store/store.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 6> kFromEnvironment = {"WHISPER_MODEL",    "WHISPER_BACKEND",
                                                              "WHISPER_LANGUAGE", "DIARIZATION_BACKEND",
                                                              "LLM_BACKEND",      "INFERENCE_DEVICE"};

// Names that other tools use for what runs here.
struct OtherName {
  BackendKind kind;
  std::string_view name, ours;
};
constexpr std::array<OtherName, 8> kOtherNames = {{{BackendKind::Transcriber, "local", "whisper"},
                                                   {BackendKind::Transcriber, "faster-whisper", "whisper"},
                                                   {BackendKind::Diarizer, "local", "community-1"},
                                                   {BackendKind::Diarizer, "pyannote", "community-1"},
                                                   {BackendKind::Classifier, "local", "e5"},
                                                   {BackendKind::Classifier, "builtin", "e5"},
                                                   {BackendKind::Classifier, "built-in", "e5"},
                                                   {BackendKind::Classifier, "embedded", "e5"}}};

std::string our_name(BackendKind kind, const std::string& name) {
  for (const OtherName& row : kOtherNames)
    if (row.kind == kind && row.name == ascii_lower(name)) return std::string(row.ours);
  return name;
}

struct BackendSetting {
  BackendKind kind;
  std::string_view setting;
  std::string_view stage;
  std::string ProcessOptions::* option;
  std::string_view built_in;
};
const std::array<BackendSetting, 3> kBackendSettings = {
    {{BackendKind::Transcriber, "WHISPER_BACKEND", "transcribe", &ProcessOptions::transcriber, "whisper"},
     {BackendKind::Diarizer, "DIARIZATION_BACKEND", "diarize", &ProcessOptions::diarizer, "community-1"},
     {BackendKind::Classifier, "LLM_BACKEND", "classify", &ProcessOptions::classifier, "e5"}}};

void apply_backend(const Settings& settings, const BackendSetting& row, ProcessOptions& options) {
  std::string& option = options.*row.option;
  if (!option.empty()) {
    option = our_name(row.kind, option);
    return;
  }
  option = row.built_in;
  const SettingValue* set = settings.find(row.setting);
  if (set == nullptr) return;
  const std::string wanted = our_name(row.kind, set->value);
  if (check_backend(row.kind, wanted)) {
    option = wanted;
  } else {
    options.fallbacks.push_back(
        {std::string(row.stage), wanted, std::string(row.built_in),
         std::string(row.setting) + " (" + set->origin + ") names a backend that this version lacks"});
  }
}

}  // namespace

Result<Settings> Settings::load() {
  return load({".env", default_home() / ".env"});
}

Result<Settings> Settings::load(const std::vector<fs::path>& files) {
  Settings settings;
  for (const std::string_view name : kFromEnvironment)
    if (const char* value = std::getenv(std::string(name).c_str()); value != nullptr && *value != 0)
      settings.values_[std::string(name)] = {value, "environment"};
  for (const fs::path& file : files) {
    std::error_code error;
    if (!fs::is_regular_file(file, error)) continue;
    const EnvFile env = TRY(read_env(file));
    for (const EnvEntry& entry : env.entries)
      if (const auto* last = env.find(entry.name); !last->empty() && last == &entry.value)
        settings.values_.try_emplace(
            entry.name, SettingValue{entry.value, file.string() + ", line " + std::to_string(entry.line)});
    for (std::string& name : env.unknown_names()) settings.unknown_.push_back(std::move(name));
  }
  return settings;
}

const SettingValue* Settings::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

bool is_secret(std::string_view name) {
  return name.ends_with("_KEY") || name.ends_with("_TOKEN");
}

Status apply(const Settings& settings, ProcessOptions& options) {
  const auto fill = [&](std::string& option, std::string_view setting, std::string_view otherwise) {
    const SettingValue* set = settings.find(setting);
    if (option.empty()) option = set == nullptr ? std::string(otherwise) : set->value;
  };
  fill(options.model, "WHISPER_MODEL", "whisper-base");
  fill(options.device, "INFERENCE_DEVICE", "auto");
  options.device = ascii_lower(options.device);
  if (options.device != "auto" && options.device != "cpu" && options.device != "cuda")
    return fail(ErrorCode::Usage, "INFERENCE_DEVICE is '" + options.device + "'", "Known: cpu, cuda, auto.");
  for (const BackendSetting& row : kBackendSettings) apply_backend(settings, row, options);
  return {};
}

}  // namespace skald
