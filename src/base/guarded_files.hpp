// Files whose names come from outside: they must stay within a folder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

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

/// The whole content. Fails for a file that is larger than max_bytes.
Result<std::string> read_all(const OpenFile& file, std::uint64_t max_bytes);

}  // namespace skald
