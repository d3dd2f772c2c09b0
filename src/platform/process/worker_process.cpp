#include "platform/process/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <vector>

#include "base/files.hpp"
#include "base/secrets.hpp"

extern char** environ;

namespace skald {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kGrace = std::chrono::milliseconds(1000);
constexpr std::size_t kMaxLine = 16 << 20;
constexpr std::size_t kMaxPrinted = 16 << 10;

struct Child {
  pid_t pid = -1;
  Fd events;
  Fd output;  // what it prints
  Fd exit;    // pidfd: readable when the process has ended
};

// The environment without variables that hold a secret: no worker needs a key.
std::vector<char*> environment_for_workers() {
  std::vector<char*> kept;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each)
    if (without_secrets(*each) == *each) kept.push_back(*each);
  kept.push_back(nullptr);
  return kept;
}

Result<Child> spawn(const fs::path& program, const fs::path& job) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return tl::unexpected(errno_error(errno, "cannot start", program.string()));
  Fd ours(pair[0]);
  Fd theirs(pair[1]);
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0)
    return tl::unexpected(errno_error(errno, "cannot start", program.string()));
  Fd printed(pipe_ends[0]);
  Fd prints(pipe_ends[1]);
  ::fcntl(printed.get(), F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, prints.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, prints.get(), STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), 3);
  std::string name = program.string();
  std::string argument = job.string();
  char* argv[] = {name.data(), argument.data(), nullptr};
  Child child;
  std::vector<char*> variables = environment_for_workers();
  const int error = ::posix_spawn(&child.pid, name.c_str(), &actions, nullptr, argv, variables.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    Error e = errno_error(error, "cannot start", program.string());
    e.advice = "The program is incomplete; build or install it again.";
    return tl::unexpected(std::move(e));
  }
  child.events = std::move(ours);
  child.output = std::move(printed);
  child.exit = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  return child;
}

// Reads events until the worker has ended; keeps the last word (`done` or `failed`).
class Conversation {
 public:
  using Output = std::function<void(std::string_view line)>;
  Conversation(Child& child, const WorkerEvents& events, const CancelToken& cancel, Output output)
      : child_(child), events_(events), cancel_(cancel), output_(std::move(output)) {}

  void run() {
    bool open = true;
    while (open || !ended_) {
      ask_to_stop();
      pollfd waiting[3] = {{open ? child_.events.get() : -1, POLLIN, 0},
                           {ended_ ? -1 : child_.exit.get(), POLLIN, 0},
                           {prints_ ? child_.output.get() : -1, POLLIN, 0}};
      const int n = ::poll(waiting, 3, 100);
      if (n < 0 && errno != EINTR) break;
      if (n <= 0) continue;
      if (waiting[0].revents != 0) open = read_events();
      if (waiting[1].revents != 0) ended_ = true;
      if (waiting[2].revents != 0) prints_ = read_output();
    }
    while (prints_) prints_ = read_output() && output_waits_;
    if (!printed_.empty()) output_(printed_);
  }

  std::optional<Result<Json>> last_word;

 private:
  void ask_to_stop() {
    if (!cancel_.cancelled()) return;
    if (!asked_) {
      asked_ = Clock::now();
      [[maybe_unused]] const ssize_t n =
          ::send(child_.events.get(), "cancel\n", 7, MSG_NOSIGNAL | MSG_DONTWAIT);
    } else if (Clock::now() - *asked_ > kGrace) {
      ::kill(child_.pid, SIGKILL);
    }
  }

  // False when nothing more can come. Lines that never end are cut.
  bool read_output() {
    char data[1 << 14];
    const ssize_t n = ::read(child_.output.get(), data, sizeof data);
    output_waits_ = n > 0;
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (n <= 0) return false;
    printed_.append(data, static_cast<std::size_t>(n));
    std::size_t start = 0;
    for (std::size_t end; (end = printed_.find_first_of("\n\r", start)) != std::string::npos; start = end + 1)
      if (end > start) output_(std::string_view(printed_).substr(start, end - start));
    printed_.erase(0, start);
    if (printed_.size() > kMaxPrinted) {
      output_(printed_);
      printed_.clear();
    }
    return true;
  }

  bool read_events() {
    char data[1 << 14];
    const ssize_t n = ::recv(child_.events.get(), data, sizeof data, 0);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (n <= 0) return false;
    buffer_.append(data, static_cast<std::size_t>(n));
    std::size_t start = 0;
    for (std::size_t end; (end = buffer_.find('\n', start)) != std::string::npos; start = end + 1)
      handle(std::string_view(buffer_).substr(start, end - start));
    buffer_.erase(0, start);
    return buffer_.size() < kMaxLine;
  }

  void handle(std::string_view line) {
    const auto event = parse_json(line, "worker");
    if (!event) return;
    const std::string kind = get_or(*event, "event", std::string());
    if (kind == "progress")
      events_.progress(get_or(*event, "share", 0.0), get_or(*event, "doing", std::string()));
    if (kind == "warning") events_.warning(get_or(*event, "text", std::string()));
    if (kind == "metric") events_.metric(get_or(*event, "name", std::string()), get_or(*event, "value", 0.0));
    if (kind == "unit") events_.unit(get_or(*event, "index", std::size_t{0}));
    if (kind == "done") last_word = event->contains("result") ? event->at("result") : Json::object();
    if (kind == "failed")
      last_word = fail(error_code_from_name(get_or(*event, "code", std::string())),
                       get_or(*event, "message", std::string()), get_or(*event, "advice", std::string()));
  }

  Child& child_;
  const WorkerEvents& events_;
  const CancelToken& cancel_;
  Output output_;
  std::string buffer_, printed_;
  bool prints_ = true, output_waits_ = true;
  std::optional<Clock::time_point> asked_;
  bool ended_ = false;
};

Error died(std::string_view worker, int status, const fs::path& log) {
  std::string how = "ended without a result";
  if (WIFSIGNALED(status))
    how = std::string("was ended by signal ") + std::to_string(WTERMSIG(status)) + " (" +
          ::strsignal(WTERMSIG(status)) + ")";
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
    how = "ended with status " + std::to_string(WEXITSTATUS(status));
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return Error{ErrorCode::WorkerDied, std::string(worker) + " " + how,
               std::string(killed ? "The system may have run out of memory. " : "") +
                   "Run the same command again to go on from there; the log is '" + log.string() + "'."};
}

}  // namespace

Result<Json> ProcessWorkerRunner::run(std::string_view worker, const Json& job, const WorkerEvents& events,
                                      const CancelToken& cancel) {
  if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
  TRY_VOID(make_directories(settings_.scratch));
  static std::atomic<unsigned> counter{0};
  const fs::path job_file =
      settings_.scratch / (std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".json");
  TRY_VOID(write_file_atomic(job_file, to_pretty(job)));
  auto child = spawn(settings_.programs / worker, job_file);
  if (!child) {
    ::unlink(job_file.c_str());
    return tl::unexpected(child.error());
  }
  events.started(child->pid);
  Conversation conversation(*child, events, cancel, [&](std::string_view line) {
    if (settings_.output) settings_.output(worker, line);
  });
  conversation.run();
  int status = 0;
  rusage usage{};
  while (::wait4(child->pid, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  ::unlink(job_file.c_str());
  events.metric("peak_memory_bytes", static_cast<double>(usage.ru_maxrss) * 1024);
  events.metric("cpu_seconds",
                static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                    static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6);
  if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
  if (conversation.last_word) return *std::move(conversation.last_word);
  return tl::unexpected(died(worker, status, settings_.log));
}

fs::path program_directory() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::current_path() : self.parent_path();
}

}  // namespace skald
