#include "platform/sandbox/landlock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.hpp"

namespace skald::sandbox {
namespace {

// The kernel's interface, spelled out because the headers of a distribution know fewer versions than kernels
// have.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;

struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // version 4
  std::uint64_t scoped = 0;   // version 6
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};

enum Access : std::uint64_t {
  kWriteFile = 1U << 1,
  kReadFile = 1U << 2,
  kReadFolder = 1U << 3,
  kRemoveFile = 1U << 5,
  kMakeFile = 1U << 8,
  kTruncate = 1U << 14,
};

constexpr std::uint64_t kForFiles = kWriteFile | kReadFile | kTruncate;

// All rights that a version knows: 13 in the first, then move (2), truncate (3) and device control (5).
std::uint64_t known_rights(int version) {
  const int count = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
  return (1ULL << count) - 1;
}

Status allow(int ruleset, const std::filesystem::path& path, std::uint64_t rights) {
  const Fd target(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat info{};
  if (!target || ::fstat(target.get(), &info) != 0)
    return tl::unexpected(errno_error(errno, "cannot open", path.string()));
  PathRule rule;
  rule.allowed = S_ISDIR(info.st_mode) ? rights : rights & kForFiles;
  rule.parent = target.get();
  if (::syscall(kAddRule, ruleset, 1, &rule, 0) != 0)
    return tl::unexpected(errno_error(errno, "cannot limit access to", path.string()));
  return {};
}

}  // namespace

Result<int> restrict_files(const SandboxSpec& spec) {
  const int version = static_cast<int>(::syscall(kCreateRuleset, nullptr, 0, 1));
  if (version <= 0) return 0;
  RulesetAttributes attributes;
  attributes.files = known_rights(version);
  if (version >= 4) attributes.network = 3;  // bind and connect, TCP
  if (version >= 6) attributes.scoped = 3;   // abstract sockets of others, signals to others
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const Fd ruleset(static_cast<int>(::syscall(kCreateRuleset, &attributes, size, 0)));
  if (!ruleset) return tl::unexpected(errno_error(errno, "cannot start", "Landlock"));
  const std::uint64_t read = kReadFile | kReadFolder;
  const std::uint64_t write = (read | kWriteFile | kRemoveFile | kMakeFile | kTruncate) & attributes.files;
  for (const auto& path : spec.read_paths) TRY_VOID(allow(ruleset.get(), path, read));
  for (const auto& path : spec.write_paths) TRY_VOID(allow(ruleset.get(), path, write));
  if (::syscall(kRestrictSelf, ruleset.get(), 0) != 0)
    return tl::unexpected(errno_error(errno, "cannot enter", "Landlock"));
  return version;
}

}  // namespace skald::sandbox
