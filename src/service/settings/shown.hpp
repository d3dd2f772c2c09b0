// All settings as they may be shown: what holds, and where it comes from; keys by their last letters.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.hpp"
#include "service/settings/settings.hpp"

namespace skald {

struct ShownSetting {
  std::string name, value, origin, allowed, about;
  std::string kind;                  // "key", "choice", "backend", "number" or "text"
  std::vector<std::string> choices;  // of a choice or a backend
};

/// `options`: what the command line says, by the setting's name.
std::vector<ShownSetting> shown_settings(
    const Settings& settings, const std::map<std::string, SettingValue, std::less<>>& options = {});
/// In columns; with the names that are passed over.
std::string shown_text(const std::vector<ShownSetting>& rows, const Settings& settings);
/// {"settings": [{"name", "value", "origin", "allowed", "about", "kind", "choices"}], "others": names that
/// are passed over}
Json shown_json(const std::vector<ShownSetting>& rows, const Settings& settings);

}  // namespace skald
