#include "platform/sandbox/filter.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "platform/sandbox/sanitized.hpp"

namespace skald::sandbox {
namespace {

// Computing on files that are open: memory, threads, clocks, and reading and writing descriptors.
constexpr const char* kAlways[] = {"brk",
                                   "munmap",
                                   "mremap",
                                   "madvise",
                                   "mincore",
                                   "membarrier",  // memory
                                   "read",
                                   "readv",
                                   "pread64",
                                   "preadv",
                                   "write",
                                   "writev",
                                   "pwrite64",
                                   "pwritev",
                                   "lseek",
                                   "_llseek",  // data
                                   "close",
                                   "fstat",
                                   "fstat64",
                                   "newfstatat",
                                   "fstatat64",
                                   "statx",
                                   "fcntl",
                                   "fcntl64",
                                   "flock",
                                   "fsync",
                                   "fdatasync",
                                   "ftruncate",
                                   "ftruncate64",
                                   "fallocate",
                                   "fadvise64",
                                   "sync_file_range",
                                   "poll",
                                   "ppoll",
                                   "dup",
                                   "futex",
                                   "futex_time64",
                                   "set_robust_list",
                                   "rseq",
                                   "gettid",
                                   "getpid",
                                   "exit",
                                   "exit_group",
                                   "sched_yield",
                                   "sched_getaffinity",
                                   "getcpu",  // threads
                                   "rt_sigaction",
                                   "rt_sigprocmask",
                                   "rt_sigreturn",
                                   "sigaltstack",
                                   "restart_syscall",  // signals
                                   "clock_gettime",
                                   "clock_getres",
                                   "clock_nanosleep",
                                   "nanosleep",
                                   "gettimeofday",
                                   "time",  // clocks
                                   "getrandom",
                                   "uname",
                                   "sysinfo",
                                   "getrusage",
                                   "getrlimit",
                                   "ugetrlimit",
                                   "times",
                                   "getuid",
                                   "geteuid",
                                   "getgid",
                                   "getegid"};

constexpr const char* kForWriting[] = {"rename", "renameat", "renameat2", "unlink", "unlinkat"};

constexpr const char* kForOpening[] = {"open",       "openat",     "openat2", "access", "faccessat",
                                       "faccessat2", "stat",       "lstat",   "getcwd", "readlink",
                                       "readlinkat", "getdents64", "statfs",  "fstatfs"};

// What a build with sanitizers still denies: these need more of the system than the program itself, at exit
// above all.
constexpr const char* kDeniedAnyway[] = {"socket",  "connect", "bind",          "listen", "accept",
                                         "accept4", "sendto",  "sendmsg",       "execve", "execveat",
                                         "mount",   "bpf",     "io_uring_setup"};

class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {}
  explicit operator bool() const { return context_ != nullptr; }

  void add(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number < 0) return;  // this kind of machine has no such call
    const int status = ::seccomp_rule_add_array(context_.get(), action, number,
                                                static_cast<unsigned>(conditions.size()), conditions.begin());
    if (status != 0) error_ = -status;
  }
  template <std::size_t N>
  void add_all(std::uint32_t action, const char* const (&names)[N]) {
    for (const char* name : names) add(action, name);
  }
  int load() {
    if (error_ != 0) return error_;
    ::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    ::seccomp_attr_set(context_.get(), SCMP_FLTATR_API_SYSRAWRC, 1);
    return -::seccomp_load(context_.get());
  }

 private:
  struct Release {
    void operator()(scmp_filter_ctx context) const { ::seccomp_release(context); }
  };
  std::unique_ptr<void, Release> context_;
  int error_ = 0;
};

void add_conditional_rules(Filter& filter, const SandboxSpec& spec) {
  // Threads, but no processes. clone3 hides its flags from filters; "not there" makes the C library use
  // clone.
  filter.add(SCMP_ACT_ALLOW, "clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)});
  filter.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  // abort() sends a signal to the process itself.
  filter.add(SCMP_ACT_ALLOW, "tgkill", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()))});
  // Limits may be read, not set.
  filter.add(SCMP_ACT_ALLOW, "prlimit64", {SCMP_A2(SCMP_CMP_EQ, 0)});
  filter.add(SCMP_ACT_ALLOW, "prctl", {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)});
  for (const char* name : {"mmap", "mmap2", "mprotect"}) {
    if (spec.code == Code::Generated)
      filter.add(SCMP_ACT_ALLOW, name);
    else
      filter.add(SCMP_ACT_ALLOW, name, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  }
}

}  // namespace

Result<SandboxLevel::Filter> filter_system_calls(const SandboxSpec& spec) {
  Filter filter(kSanitized ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
  if (!filter) return fail(ErrorCode::Internal, "cannot prepare the system call filter");
  if (kSanitized) {
    filter.add_all(SCMP_ACT_ERRNO(EPERM), kDeniedAnyway);
  } else {
    filter.add_all(SCMP_ACT_ALLOW, kAlways);
    if (!spec.write_paths.empty()) filter.add_all(SCMP_ACT_ALLOW, kForWriting);
    if (spec.opening == Opening::Listed) filter.add_all(SCMP_ACT_ALLOW, kForOpening);
    add_conditional_rules(filter, spec);
  }
  const int error = filter.load();
  if (error == ENOSYS || error == EINVAL || error == EOPNOTSUPP) return SandboxLevel::Filter::None;
  if (error != 0) return tl::unexpected(errno_error(error, "cannot load", "the system call filter"));
  return kSanitized ? SandboxLevel::Filter::Relaxed : SandboxLevel::Filter::Strict;
}

}  // namespace skald::sandbox
