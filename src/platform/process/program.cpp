#include "platform/process/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

extern char** environ;

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestLine = 1 << 20;
constexpr int kStopAskedMs = 200;

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe(const fs::path& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return tl::unexpected(errno_error(errno, "cannot start", program.string()));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// Reads once, and hands out the lines that are whole; false at the end. A line that never ends is cut.
bool read_lines(int fd, std::string& rest, const Program::Line& line) {
  char data[1 << 14];
  const ssize_t n = ::read(fd, data, sizeof data);
  if (n < 0 && errno == EINTR) return true;
  if (n > 0) rest.append(data, static_cast<std::size_t>(n));
  std::size_t start = 0;
  for (std::size_t end; (end = rest.find('\n', start)) != std::string::npos; start = end + 1)
    line(std::string_view(rest).substr(start, end - start));
  rest.erase(0, start);
  if (!rest.empty() && (n <= 0 || rest.size() > kLongestLine)) {
    line(rest);
    rest.clear();
  }
  return n > 0;
}

}  // namespace

Result<Program> Program::start(const fs::path& program, const std::vector<std::string>& arguments,
                               int shared) {
  Pipe output = TRY(make_pipe(program)), errors = TRY(make_pipe(program));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors.write.get(), STDERR_FILENO);
  // Onto itself: stays open in the child.
  if (shared >= 0) ::posix_spawn_file_actions_adddup2(&actions, shared, shared);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // A server that a script starts in the background ignores SIGINT; its programs are still interrupted by it.
  sigset_t interrupt;
  ::sigemptyset(&interrupt);
  ::sigaddset(&interrupt, SIGINT);
  ::posix_spawnattr_setsigdefault(&attributes, &interrupt);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Program child;
  const int error = ::posix_spawn(&child.pid_, program.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return tl::unexpected(errno_error(error, "cannot start", program.string()));
  child.exit_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  child.output_ = std::move(output.read);
  child.errors_ = std::move(errors.read);
  return child;
}

int Program::wait(const Line& output, const Line& errors, const std::function<bool()>& stop) {
  bool prints = true, tells = true, ended = false, stopped = !stop;
  std::string output_rest, errors_rest;
  // A process that it leaves behind may hold the pipes: what has come by its end is what counts.
  while (!ended) {
    pollfd waiting[3] = {{prints ? output_.get() : -1, POLLIN, 0},
                         {tells ? errors_.get() : -1, POLLIN, 0},
                         {exit_.get(), POLLIN, 0}};
    if (::poll(waiting, 3, stopped ? -1 : kStopAskedMs) < 0 && errno != EINTR) break;
    if (!stopped && stop()) {
      stopped = true;
      interrupt();
    }
    const bool quiet = waiting[0].revents == 0 && waiting[1].revents == 0;
    if (waiting[0].revents != 0) prints = read_lines(output_.get(), output_rest, output);
    if (waiting[1].revents != 0) tells = read_lines(errors_.get(), errors_rest, errors);
    ended = quiet && waiting[2].revents != 0;
  }
  if (!output_rest.empty()) output(output_rest);
  if (!errors_rest.empty()) errors(errors_rest);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void Program::interrupt() const {
  (void)::syscall(SYS_pidfd_send_signal, exit_.get(), SIGINT, nullptr, 0);
}

bool end_with_parent(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

}  // namespace skald
