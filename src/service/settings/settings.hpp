// What users set once: environment variables, and a `.env` file in the current folder or in Skald's home.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/env.hpp"
#include "service/session/options.hpp"

namespace skald {

struct SettingValue {
  std::string value;
  std::string origin;  // "environment", or the file and line
};

class Settings {
 public:
  /// The environment wins over ./.env, that over $SKALD_HOME/.env. A file with an error fails, and stays as
  /// it is.
  static Result<Settings> load();
  static Result<Settings> load(const std::vector<std::filesystem::path>& files);

  /// nullptr where nothing is set.
  const SettingValue* find(std::string_view name) const;
  const std::map<std::string, SettingValue, std::less<>>& all() const { return values_; }
  /// Names in the files that Skald does not know; worth a word to the user.
  const std::vector<std::string>& unknown_names() const { return unknown_; }

 private:
  std::map<std::string, SettingValue, std::less<>> values_;
  std::vector<std::string> unknown_;
};

/// Names that may not be shown: keys and tokens.
bool is_secret(std::string_view name);

/// Puts settings where the options hold nothing yet (empty text). A backend that this version lacks is
/// replaced by the built-in one and noted as a fallback.
Status apply(const Settings& settings, ProcessOptions& options);

}  // namespace skald
