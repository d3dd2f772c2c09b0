#include "base/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

namespace skald {
namespace fs = std::filesystem;

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> read_file(const fs::path& path, std::uint64_t max_bytes) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot open", path.string()));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return tl::unexpected(errno_error(errno, "cannot read", path.string()));
  if (S_ISDIR(info.st_mode))
    return fail(ErrorCode::NotFound, "'" + path.string() + "' is a folder, not a file");
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes)
    return fail(ErrorCode::InvalidInput, "'" + path.string() + "' is larger than expected");
  std::string content;
  content.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n == 0) return content;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot read", path.string()));
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > max_bytes)
      return fail(ErrorCode::InvalidInput, "'" + path.string() + "' is larger than expected");
  }
}

namespace {

Status write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot write", path.string()));
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Status sync_directory(const fs::path& directory) {
  Fd fd(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    // Some network file systems cannot sync a folder; the rename itself has happened.
    if (errno != EINVAL && errno != EROFS)
      return tl::unexpected(errno_error(errno, "cannot sync", directory.string()));
  }
  return {};
}

fs::path temporary_name(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()) + "-" +
                               std::to_string(counter++) + ".tmp");
}

}  // namespace

Status commit_file(const fs::path& temporary, const fs::path& target) {
  Fd fd(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot open", temporary.string()));
  if (::fsync(fd.get()) != 0) return tl::unexpected(errno_error(errno, "cannot write", target.string()));
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    return tl::unexpected(errno_error(errno, "cannot write", target.string()));
  return sync_directory(target.parent_path());
}

Status write_file_atomic(const fs::path& path, std::string_view content, Readers readers) {
  const fs::path temporary = temporary_name(path);
  const mode_t mode = readers == Readers::All ? 0644 : 0600;
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot write", path.string()));
  Status status = write_all(fd.get(), content, path);
  fd.reset();
  if (status) status = commit_file(temporary, path);
  if (!status) ::unlink(temporary.c_str());
  return status;
}

Status make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return tl::unexpected(errno_error(error.value(), "cannot make the folder", path.string()));
  return {};
}

Status remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return tl::unexpected(errno_error(error.value(), "cannot remove", path.string()));
  return {};
}

Result<std::uint64_t> free_bytes(const fs::path& path) {
  fs::path place = fs::absolute(path);
  std::error_code error;
  while (!fs::exists(place, error) && place.has_parent_path() && place != place.parent_path())
    place = place.parent_path();
  struct statvfs info{};
  if (::statvfs(place.c_str(), &info) != 0)
    return tl::unexpected(errno_error(errno, "cannot measure", place.string()));
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

Result<MappedFile> MappedFile::open(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot open", path.string()));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return tl::unexpected(errno_error(errno, "cannot read", path.string()));
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return tl::unexpected(errno_error(errno, "cannot map", path.string()));
  return MappedFile(data, size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace skald
