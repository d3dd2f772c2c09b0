// Changes of settings, written to the files that `skald` reads.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ports.hpp"
#include "service/settings/settings.hpp"

namespace skald {

struct SettingChange {
  std::vector<std::filesystem::path> files;  // that were written
  /// A key that was taken out, as the address that it may be sent to is another one now; empty: none.
  std::string removed_key;
};

/// Gives a setting a value in the file where it stands, else in Skald's home; an empty value takes it out of
/// all files. Files are written whole, for their owner alone, and all other lines stay. InvalidConfig: the
/// value is not allowed, or a file cannot be read. Conflict: the environment sets it, which stands above
/// files.
Result<SettingChange> change_setting(std::string_view name, const std::string& value,
                                     const CancelToken& cancel);

}  // namespace skald
