#include "service/settings/shown.hpp"

#include <fmt/format.h>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "service/models/models.hpp"
#include "store/store.hpp"

namespace skald {
namespace {

SettingValue what_holds(const Settings& settings, const SettingInfo& setting) {
  SettingValue held = settings.effective(setting.name);
  if (held.origin != "default") return held;
  if (setting.name == "SKALD_HOME") held.value = default_home().string();
  if (setting.name == "SKALD_DATA") held.value = data_folder().string();
  if (setting.name == "SKALD_MODELS")
    for (const auto& folder : model_folders())
      held.value += (held.value.empty() ? "" : ":") + folder.lexically_normal().string();
  if (held.value.empty()) held.origin = "not set";
  return held;
}

std::string_view kind_of(const SettingInfo& setting) {
  switch (setting.kind) {
    case SettingKind::Key:
      return "key";
    case SettingKind::Choice:
      return "choice";
    case SettingKind::Backend:
      return "backend";
    case SettingKind::Count:
    case SettingKind::Number:
      return "number";
    default:
      return "text";
  }
}

std::vector<std::string> choices_of(const SettingInfo& setting) {
  if (setting.kind == SettingKind::Choice) return split(std::string(setting.choices), ',');
  std::vector<std::string> names;
  if (const auto kind = backend_kind(setting.name))
    for (const BackendInfo& row : backends())
      if (row.kind == *kind) names.emplace_back(row.name);
  return names;
}

}  // namespace

std::vector<ShownSetting> shown_settings(const Settings& settings,
                                         const std::map<std::string, SettingValue, std::less<>>& options) {
  std::vector<ShownSetting> rows;
  for (const SettingInfo& setting : setting_catalogue()) {
    const auto option = options.find(setting.name);
    const SettingValue held = option == options.end() ? what_holds(settings, setting) : option->second;
    const bool secret = is_secret(setting.name) && !held.value.empty();
    rows.push_back({std::string(setting.name), secret ? masked(held.value) : without_secrets(held.value),
                    held.origin, allowed_values(setting), std::string(setting.about),
                    std::string(kind_of(setting)), choices_of(setting)});
  }
  return rows;
}

std::string shown_text(const std::vector<ShownSetting>& rows, const Settings& settings) {
  std::string text;
  for (const ShownSetting& row : rows)
    text += fmt::format("{:<36} {:<40} {}\n", row.name, row.value, row.origin);
  for (const std::string& name : settings.unknown_names())
    text += fmt::format("{:<36} {:<40} {}\n", name, "", "not a setting of Skald, passed over");
  return text;
}

Json shown_json(const std::vector<ShownSetting>& rows, const Settings& settings) {
  Json json = Json::array();
  for (const ShownSetting& row : rows)
    json.push_back({{"name", row.name},
                    {"value", row.value},
                    {"origin", row.origin},
                    {"allowed", row.allowed},
                    {"about", row.about},
                    {"kind", row.kind},
                    {"choices", row.choices}});
  return {{"settings", std::move(json)}, {"others", settings.unknown_names()}};
}

}  // namespace skald
