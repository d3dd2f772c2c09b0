#include "base/growing_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace skald {
namespace fs = std::filesystem;

Result<Fd> open_for_writing(const fs::path& file) {
  Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot write", file.string()));
  return fd;
}

Status write_at(int fd, std::string_view bytes, std::uint64_t offset, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot write", file.string()));
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

}  // namespace skald
