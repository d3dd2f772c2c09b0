// What users set once: environment variables, and a `.env` file in the current folder or in Skald's home.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "service/backends/backends.hpp"
#include "service/session/options.hpp"
#include "service/settings/catalogue.hpp"

namespace skald {

struct SettingValue {
  std::string value;
  std::string origin;  // "environment", or the file and line; "default"
};

class Settings {
 public:
  /// The environment wins over ./.env, that over $SKALD_HOME/.env. A value out of its range, and a name that
  /// is nearly one of Skald's, fail with name, place and range; files stay as they are.
  static Result<Settings> load();
  static Result<Settings> load(const std::vector<std::filesystem::path>& files);

  /// nullptr where nothing is set.
  const SettingValue* find(std::string_view name) const;
  const std::map<std::string, SettingValue, std::less<>>& all() const { return values_; }
  /// What holds for a name of the catalogue: what is set, else what is built in.
  SettingValue effective(std::string_view name) const;
  std::string text(std::string_view name) const { return effective(name).value; }
  /// Of a Count or Number that is set or has a built-in value; else 0.
  double number(std::string_view name) const;
  /// Names in the files that belong to other programs; worth a word to the user.
  const std::vector<std::string>& unknown_names() const { return unknown_; }
  /// Files that were read.
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  Status take_file(const std::filesystem::path& file);
  Status take_environment();
  std::map<std::string, SettingValue, std::less<>> values_;
  std::vector<std::string> unknown_;
  std::vector<std::filesystem::path> files_;
};

/// Where files of settings are looked for; the first stands above the second.
std::vector<std::filesystem::path> setting_files();

/// The kind of backend that a setting names; nothing for other settings.
std::optional<BackendKind> backend_kind(std::string_view setting);

LogSettings log_settings(const Settings& settings);

/// Puts settings where the options hold nothing yet (empty text). A backend that this version lacks is
/// replaced by the built-in one and noted as a fallback.
Status apply(const Settings& settings, ProcessOptions& options);

}  // namespace skald
