#include "platform/sandbox/sandbox.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>

#include "platform/sandbox/filter.hpp"
#include "platform/sandbox/landlock.hpp"
#include "platform/sandbox/sanitized.hpp"

namespace skald {
namespace {

Status limit(__rlimit_resource resource, std::uint64_t value) {
  struct rlimit now{};
  if (::getrlimit(resource, &now) != 0) return tl::unexpected(errno_error(errno, "cannot read", "a limit"));
  const rlim_t wanted = now.rlim_max == RLIM_INFINITY ? value : std::min<rlim_t>(value, now.rlim_max);
  const struct rlimit after{wanted, wanted};
  if (::setrlimit(resource, &after) != 0) return tl::unexpected(errno_error(errno, "cannot set", "a limit"));
  return {};
}

Status set_limits(const SandboxSpec& spec) {
  TRY_VOID(limit(RLIMIT_CORE, 0));
  if (spec.max_memory != 0 && !sandbox::kSanitized) TRY_VOID(limit(RLIMIT_AS, spec.max_memory));
  if (spec.max_open_files != 0) TRY_VOID(limit(RLIMIT_NOFILE, spec.max_open_files));
  if (spec.max_cpu_seconds != 0) TRY_VOID(limit(RLIMIT_CPU, spec.max_cpu_seconds));
  if (spec.max_file_size != 0) {
    std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails with an error that can be told
    TRY_VOID(limit(RLIMIT_FSIZE, spec.max_file_size));
  }
  return {};
}

}  // namespace

Result<SandboxLevel> enter_sandbox(const SandboxSpec& spec) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return tl::unexpected(errno_error(errno, "cannot give up", "privileges"));
  SandboxLevel level;
  level.landlock_abi = TRY(sandbox::restrict_files(spec));
  TRY_VOID(set_limits(spec));
  level.filter = TRY(sandbox::filter_system_calls(spec));
  return level;
}

std::string to_string(const SandboxLevel& level) {
  std::string text;
  if (level.landlock_abi > 0) text = "Landlock " + std::to_string(level.landlock_abi);
  if (level.filter == SandboxLevel::Filter::None) return text.empty() ? "none" : text;
  if (!text.empty()) text += ", ";
  return text +
         (level.filter == SandboxLevel::Filter::Strict ? "system call filter" : "relaxed system call filter");
}

}  // namespace skald
