#include "service/settings/settings.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "formats/env.hpp"
#include "formats/fields.hpp"
#include "service/settings/services.hpp"
#include "store/store.hpp"

extern char** environ;

namespace skald {
namespace fs = std::filesystem;
namespace {

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
};
const std::array<BackendSetting, 3> kBackendSettings = {
    {{BackendKind::Transcriber, "WHISPER_BACKEND", "transcribe", &ProcessOptions::transcriber},
     {BackendKind::Diarizer, "DIARIZATION_BACKEND", "diarize", &ProcessOptions::diarizer},
     {BackendKind::Classifier, "LLM_BACKEND", "classify", &ProcessOptions::classifier}}};

void apply_backend(const Settings& settings, const BackendSetting& row, ProcessOptions& options) {
  std::string& option = options.*row.option;
  if (!option.empty()) {
    option = our_name(row.kind, option);
    return;
  }
  option = find_setting(row.setting)->built_in;
  const SettingValue* set = settings.find(row.setting);
  if (set == nullptr) return;
  const std::string wanted = our_name(row.kind, set->value);
  if (check_backend(row.kind, wanted)) {
    option = wanted;
  } else {
    options.fallbacks.push_back(
        {std::string(row.stage), wanted, option,
         std::string(row.setting) + " (" + set->origin + ") names a backend that this version lacks"});
  }
}

// The variables of the environment that are keys of anything may not leak either.
void hide_environment() {
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view pair = *each;
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && is_secret(pair.substr(0, equals)))
      hide_secret(pair.substr(equals + 1));
  }
}

}  // namespace

Result<Settings> Settings::load() {
  return load(setting_files());
}

Result<Settings> Settings::load(const std::vector<fs::path>& files) {
  hide_environment();
  Settings settings;
  TRY_VOID(settings.take_environment());
  for (const fs::path& file : files) TRY_VOID(settings.take_file(file));
  return settings;
}

Status Settings::take_environment() {
  for (const SettingInfo& setting : setting_catalogue()) {
    const char* value = std::getenv(std::string(setting.name).c_str());
    if (value == nullptr || *value == 0) continue;
    if (!is_allowed(setting, value)) return not_allowed(setting, "environment: ");
    values_[std::string(setting.name)] = {value, "environment"};
  }
  return {};
}

Status Settings::take_file(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return {};
  const EnvFile env = TRY(read_env(file));
  files_.push_back(file);
  for (const EnvEntry& entry : env.entries)
    if (is_secret(entry.name)) hide_secret(entry.value);
  for (const EnvEntry& entry : env.entries) {
    const std::string place = file.string() + ": line " + std::to_string(entry.line) +
                              (entry.column > 0 ? ", column " + std::to_string(entry.column) : "");
    const SettingInfo* setting = find_setting(entry.name);
    if (setting == nullptr) {
      if (const auto meant = meant_setting(entry.name))
        return fail(ErrorCode::InvalidConfig, place + ": there is no setting " + entry.name,
                    meant->empty() ? "`skald config show` lists all of them." : "Is it " + *meant + "?");
      if (std::find(unknown_.begin(), unknown_.end(), entry.name) == unknown_.end())
        unknown_.push_back(entry.name);
      continue;
    }
    if (!is_allowed(*setting, entry.value)) return not_allowed(*setting, place + ": ");
    if (only_from_environment(*setting) && !entry.value.empty() && find(entry.name) == nullptr)
      return fail(ErrorCode::InvalidConfig, place + ": " + entry.name + " is read from the environment only",
                  "Set it there, and take it out of the file.");
    if (const auto* last = env.find(entry.name); !last->empty() && last == &entry.value)
      values_.try_emplace(entry.name,
                          SettingValue{entry.value, file.string() + ", line " + std::to_string(entry.line)});
  }
  return {};
}

const SettingValue* Settings::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

SettingValue Settings::effective(std::string_view name) const {
  if (const SettingValue* set = find(name)) return *set;
  const SettingInfo* setting = find_setting(name);
  return {setting == nullptr ? std::string() : std::string(setting->built_in), "default"};
}

double Settings::number(std::string_view name) const {
  return parse_number(text(name)).value_or(0);
}

std::vector<fs::path> setting_files() {
  return {".env", default_home() / ".env"};
}

std::optional<BackendKind> backend_kind(std::string_view setting) {
  for (const BackendSetting& row : kBackendSettings)
    if (row.setting == setting) return row.kind;
  return std::nullopt;
}

LogSettings log_settings(const Settings& settings) {
  return {log_level_from(settings.text("LOG_LEVEL_CONSOLE")), log_level_from(settings.text("LOG_LEVEL_FILE")),
          static_cast<std::size_t>(settings.number("LOG_MAX_FILES")),
          static_cast<std::uint64_t>(settings.number("LOG_MAX_MEGABYTES") * 1e6)};
}

Status apply(const Settings& settings, ProcessOptions& options) {
  options.log = log_settings(settings);
  options.services = llm_services(settings);
  if (options.model.empty()) options.model = settings.text("WHISPER_MODEL");
  if (options.device.empty()) options.device = ascii_lower(settings.text("INFERENCE_DEVICE"));
  for (const BackendSetting& row : kBackendSettings) apply_backend(settings, row, options);
  return {};
}

}  // namespace skald
