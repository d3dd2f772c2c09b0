// Every setting that Skald knows, from settings.def: kind, range, built-in value, and what it is for.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

enum class SettingKind { Key, Text, Backend, Url, Language, Choice, Count, Number, Folder };

struct SettingInfo {
  std::string_view name;
  SettingKind kind;
  double least, most;         // of Count and Number
  std::string_view choices;   // of Choice, with commas between them
  std::string_view built_in;  // empty: none
  std::string_view option;    // of the command line, which wins; empty: there is none
  std::string_view about;
};

const std::vector<SettingInfo>& setting_catalogue();
/// nullptr for a name that Skald does not know.
const SettingInfo* find_setting(std::string_view name);

/// What values are allowed, as the end of "NAME must be ...".
std::string allowed_values(const SettingInfo& setting);
/// Whether a value is allowed. Empty values are: they mean "not set".
bool is_allowed(const SettingInfo& setting, std::string_view value);

/// "PLACENAME must be ...", without the value.
tl::unexpected<Error> not_allowed(const SettingInfo& setting, std::string_view place = {});

/// Names that only the environment may set, as they are needed to find the files.
bool only_from_environment(const SettingInfo& setting);
/// Keys and tokens: may not be shown. Names that Skald does not know are judged by their ending.
bool is_secret(std::string_view name);
/// A secret as it may be shown: `gsk_…9f3c`, or `…` where it is too short for that.
std::string masked(std::string_view secret);

/// The known name that an unknown one is a slip of the pen of, or that shares Skald's own prefix; nothing for
/// names of other programs.
std::optional<std::string> meant_setting(std::string_view unknown);

}  // namespace skald
