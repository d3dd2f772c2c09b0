// Files that call for care: names that must stay within a folder, content for the owner alone.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"

namespace skald {

/// A regular file that is open for reading.
struct OpenFile {
  Fd fd;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
};

/// Opens a file that lies in `folder` itself. Fails for a name with a '/', for links and for what is no file.
Result<OpenFile> open_in(const std::filesystem::path& folder, const std::string& name);

/// As write_file_atomic(), with permissions 0600 from the first byte on.
Status write_private_file(const std::filesystem::path& path, std::string_view content);

}  // namespace skald
