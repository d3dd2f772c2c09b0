// A file that appears under its name only when it is complete.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"

namespace skald {

/// Writes `.NAME.part` beside the target and renames it in commit(). Everything is opened in create(), so a
/// process may give up the right to open files between the two. What a killed run left behind is overwritten
/// by the next one; two runs at once on the same target are refused. Not committed: removed.
class PendingFile {
 public:
  static Result<PendingFile> create(const std::filesystem::path& target);
  PendingFile(PendingFile&&) noexcept = default;
  PendingFile& operator=(PendingFile&& other) noexcept;
  ~PendingFile() { discard(); }

  Status append(std::span<const std::byte> bytes);
  Status append(std::string_view text) { return append(std::as_bytes(std::span(text))); }
  /// Overwrites bytes near the start, such as a header whose sizes are known at the end only.
  Status write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  /// fsync of the file, rename, fsync of the folder.
  Status commit();

 private:
  PendingFile(Fd directory, Fd file, std::filesystem::path target);
  void discard();
  Error failure() const;

  Fd directory_;
  Fd file_;
  std::filesystem::path target_;
  std::string temporary_;  // name inside the folder
};

}  // namespace skald
