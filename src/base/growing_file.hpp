// A file that comes in bit by bit.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/files.hpp"

namespace skald {

/// Opens a file for writing, and makes one for its owner alone where there is none. Follows no link.
Result<Fd> open_for_writing(const std::filesystem::path& file);
/// Writes all of the bytes at that offset. `file` is named in errors.
Status write_at(int fd, std::string_view bytes, std::uint64_t offset, const std::filesystem::path& file);

}  // namespace skald
