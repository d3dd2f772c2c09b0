// `.env` files: settings as NAME=value lines.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

struct EnvEntry {
  std::string name;
  std::string value;
  std::size_t line = 0;
};

struct EnvFile {
  std::vector<EnvEntry> entries;  // in the file's order

  /// The value of a name, the last one where it stands twice; nullptr where it is not set.
  const std::string* find(std::string_view name) const;
  /// Names that Skald does not know, in order: usually settings of other programs, sometimes a slip of the
  /// pen.
  std::vector<std::string> unknown_names() const;
};

/// `NAME=value`, `export NAME='value' # comment`, "quoted\nvalue". Nothing is expanded. Values of names that
/// Skald knows are checked; an error names origin, line and column, and never shows a key.
Result<EnvFile> parse_env(std::string_view text, std::string_view origin);
Result<EnvFile> read_env(const std::filesystem::path& path);

}  // namespace skald
