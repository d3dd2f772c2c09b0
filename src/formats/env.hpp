// `.env` files: settings as NAME=value lines.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

struct EnvEntry {
  std::string name;
  std::string value;
  std::size_t line = 0;
  std::size_t column = 0;  // where the value begins; 0 where there is none
};

struct EnvFile {
  std::vector<EnvEntry> entries;  // in the file's order

  /// The value of a name, the last one where it stands twice; nullptr where it is not set.
  const std::string* find(std::string_view name) const;
};

/// `NAME=value`, `export NAME='value' # comment`, "quoted\nvalue". Nothing is expanded. An error names
/// origin, line and column, and never shows a value.
Result<EnvFile> parse_env(std::string_view text, std::string_view origin);
Result<EnvFile> read_env(const std::filesystem::path& path);

/// The text with that value for a name, or without the name; all other lines stay as they are. Fails where
/// the text cannot be parsed.
Result<std::string> env_with(std::string_view text, std::string_view origin, std::string_view name,
                             const std::optional<std::string>& value);

}  // namespace skald
