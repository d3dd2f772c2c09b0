// Files: whole reads, atomic writes (temporary file, fsync, rename), memory maps, folders.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

/// The whole file as bytes. Fails for what is missing, unreadable or larger than max_bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes = 1ULL << 32);

enum class Readers { All, OwnerOnly };  // permissions 0644 less the umask, and 0600

/// Writes the file so that a reader, after a crash too, finds either the old content or the whole new one.
/// The permissions hold from the first byte on.
Status write_file_atomic(const std::filesystem::path& path, std::string_view content,
                         Readers readers = Readers::All);

/// Makes a finished temporary file visible under its name: fsync of file and folder around a rename.
Status commit_file(const std::filesystem::path& temporary, const std::filesystem::path& target);

Status make_directories(const std::filesystem::path& path);
Status remove_tree(const std::filesystem::path& path);

/// Bytes free for this user on the file system that holds `path` (or its nearest parent that exists).
Result<std::uint64_t> free_bytes(const std::filesystem::path& path);

/// A file mapped for reading. Pages come from the disk as they are touched, so memory does not grow with the
/// file.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  MappedFile(void* data, std::size_t size) : data_(data), size_(size) {}
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace skald
