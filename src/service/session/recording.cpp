#include "service/session/recording.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/hash.hpp"

namespace skald {
namespace {

constexpr std::string_view kZipMark = "PK\x03\x04";

std::string iso_time(std::time_t time) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

Result<Recording> read_recording(const std::filesystem::path& path, const CancelToken& cancel) {
  Recording recording{path};
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), &recording.seen) != 0)
    return tl::unexpected(errno_error(errno, "cannot read", path.string()));
  recording.modified = iso_time(recording.seen.st_mtim.tv_sec);
  Sha256 hash;
  bool begun = false;
  std::vector<char> buffer(1 << 20);
  for (;;) {
    if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot read", path.string()));
    if (n == 0) break;
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(n));
    if (!begun) recording.archive = piece.starts_with(kZipMark);
    begun = true;
    hash.update({buffer.data(), static_cast<std::size_t>(n)});
  }
  recording.content = hash.hex();
  TRY_VOID(unchanged(recording));
  return recording;
}

Status unchanged(const Recording& recording) {
  struct stat now{};
  if (::stat(recording.path.c_str(), &now) != 0)
    return fail(ErrorCode::InputChanged, "'" + recording.path.string() + "' went away during the run");
  if (now.st_size != recording.seen.st_size || now.st_mtim.tv_sec != recording.seen.st_mtim.tv_sec ||
      now.st_mtim.tv_nsec != recording.seen.st_mtim.tv_nsec)
    return fail(ErrorCode::InputChanged, "'" + recording.path.string() + "' changed during the run");
  return {};
}

}  // namespace skald
