#include "platform/wav/pending_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace skald {
namespace fs = std::filesystem;

namespace {

Status write_fully(int fd, std::span<const std::byte> bytes, std::int64_t offset, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = offset < 0 ? ::write(fd, bytes.data(), bytes.size())
                                 : ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot write", path.string()));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    if (offset >= 0) offset += n;
  }
  return {};
}

constexpr int kTries = 40;
constexpr timespec kBetweenTries{0, 50'000'000};

// The file under that name, held by this process alone. A worker that was killed holds its files until the
// kernel has ended it, so a held file is tried for two seconds. The name may be renamed away by another run
// between open and lock, so the lock counts only while the name still leads to the file.
Result<Fd> open_locked(int directory, const std::string& name, const fs::path& target) {
  for (int tries = 1;; ++tries) {
    Fd file(::openat(directory, name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file) return tl::unexpected(errno_error(errno, "cannot write", target.string()));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      if (tries < kTries) {
        ::nanosleep(&kBetweenTries, nullptr);
        continue;
      }
      return fail(ErrorCode::Io, "'" + target.string() + "' is being written by another run",
                  "Wait until it is done, or choose another output folder.");
    }
    struct stat held{};
    struct stat named{};
    if (::fstat(file.get(), &held) == 0 &&
        ::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && held.st_ino == named.st_ino &&
        held.st_dev == named.st_dev)
      return file;
  }
}

}  // namespace

PendingFile::PendingFile(Fd directory, Fd file, fs::path target)
    : directory_(std::move(directory)),
      file_(std::move(file)),
      target_(std::move(target)),
      temporary_("." + target_.filename().string() + ".part") {}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  if (this != &other) {
    discard();
    directory_ = std::move(other.directory_);
    file_ = std::move(other.file_);
    target_ = std::move(other.target_);
    temporary_ = std::move(other.temporary_);
  }
  return *this;
}

Result<PendingFile> PendingFile::create(const fs::path& target) {
  const fs::path folder = target.parent_path();
  Fd directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return tl::unexpected(errno_error(errno, "cannot open the folder", folder.string()));
  Fd file = TRY(open_locked(directory.get(), "." + target.filename().string() + ".part", target));
  if (::ftruncate(file.get(), 0) != 0)
    return tl::unexpected(errno_error(errno, "cannot write", target.string()));
  return PendingFile(std::move(directory), std::move(file), target);
}

Status PendingFile::append(std::span<const std::byte> bytes) {
  return write_fully(file_.get(), bytes, -1, target_);
}

Status PendingFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  return write_fully(file_.get(), bytes, static_cast<std::int64_t>(offset), target_);
}

Error PendingFile::failure() const {
  return errno_error(errno, "cannot write", target_.string());
}

Status PendingFile::commit() {
  if (::fsync(file_.get()) != 0) return tl::unexpected(failure());
  if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), target_.filename().c_str()) != 0)
    return tl::unexpected(failure());
  file_.reset();
  // Some network file systems cannot sync a folder; the rename itself has happened.
  if (::fsync(directory_.get()) != 0 && errno != EINVAL && errno != EROFS) return tl::unexpected(failure());
  return {};
}

void PendingFile::discard() {
  if (!file_) return;
  ::unlinkat(directory_.get(), temporary_.c_str(), 0);
  file_.reset();
}

}  // namespace skald
