#include "engines/media/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace skald::media {
namespace {

std::int64_t modified(const struct stat& info) {
  return static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a named pipe would wait for a writer.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot open", path.string()));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return tl::unexpected(errno_error(errno, "cannot read", path.string()));
  std::string name = "'" + path.string() + "'";
  if (S_ISDIR(info.st_mode))
    return fail(ErrorCode::NotFound, name + " is a folder, not a recording", "Give a file in it.");
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::InvalidInput, name + " is not a regular file");
  if (info.st_size == 0)
    return fail(ErrorCode::InvalidInput, name + " is empty",
                "Copy the recording again; this file holds nothing.");
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return InputFile(std::move(fd), std::move(name), static_cast<std::uint64_t>(info.st_size), modified(info));
}

Status InputFile::check_unchanged() const {
  struct stat info{};
  if (::fstat(fd_.get(), &info) != 0) return tl::unexpected(errno_error(errno, "cannot read", name_));
  if (static_cast<std::uint64_t>(info.st_size) != size_ || modified(info) != modified_ns_)
    return fail(ErrorCode::InputChanged, name_ + " changed while it was read");
  return {};
}

}  // namespace skald::media
