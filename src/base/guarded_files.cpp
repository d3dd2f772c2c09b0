#include "base/guarded_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace skald {
namespace fs = std::filesystem;

Result<OpenFile> open_in(const fs::path& folder, const std::string& name) {
  const std::string shown = (folder / name).string();
  if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
    return fail(ErrorCode::NotFound, "'" + name + "' is not the name of a file");
  const Fd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return tl::unexpected(errno_error(errno, "cannot open", folder.string()));
  // Without O_NONBLOCK a named pipe would wait for a writer.
  OpenFile file{Fd(::openat(root.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))};
  if (!file.fd && errno == ELOOP) return fail(ErrorCode::NotFound, "'" + shown + "' is a link, not a file");
  if (!file.fd) return tl::unexpected(errno_error(errno, "cannot open", shown));
  struct stat info{};
  if (::fstat(file.fd.get(), &info) != 0) return tl::unexpected(errno_error(errno, "cannot read", shown));
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::NotFound, "'" + shown + "' is not a regular file");
  file.size = static_cast<std::uint64_t>(info.st_size);
  file.modified_ns = static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
  return file;
}

Result<std::string> read_all(const OpenFile& file, std::uint64_t max_bytes) {
  if (file.size > max_bytes) return fail(ErrorCode::InvalidInput, "a file is larger than expected");
  std::string content(static_cast<std::size_t>(file.size), '\0');
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n =
        ::pread(file.fd.get(), content.data() + done, content.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot read", "a file"));
    if (n == 0) break;  // it became shorter
    done += static_cast<std::size_t>(n);
  }
  content.resize(done);
  return content;
}

}  // namespace skald
