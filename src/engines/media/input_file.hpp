// The recording as it was opened: one descriptor, and what the file was then.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"

namespace skald::media {

/// A regular file that is not empty, open for reading. Reading never moves a position, never maps.
class InputFile {
 public:
  /// NotFound: missing or a folder; InvalidInput: empty, or no regular file; Permission.
  static Result<InputFile> open(const std::filesystem::path& path);

  int descriptor() const { return fd_.get(); }
  std::uint64_t size() const { return size_; }
  std::int64_t modified_ns() const { return modified_ns_; }
  /// InputChanged when size or time of change are not those found by open().
  Status check_unchanged() const;
  /// The file's name in quotes, for messages.
  const std::string& name() const { return name_; }

 private:
  InputFile(Fd fd, std::string name, std::uint64_t size, std::int64_t modified_ns)
      : fd_(std::move(fd)), name_(std::move(name)), size_(size), modified_ns_(modified_ns) {}
  Fd fd_;
  std::string name_;
  std::uint64_t size_;
  std::int64_t modified_ns_;
};

}  // namespace skald::media
