#include "platform/worker/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <new>

namespace skald {

void WorkerChannel::send(const Json& event) {
  std::string line = to_line(event) + '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t n = ::write(events_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {  // nobody listens any more: the supervisor is gone, so is the reason to work
      cancelled_ = true;
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

void WorkerChannel::progress(double share, std::string_view doing) {
  send({{"event", "progress"}, {"share", share}, {"doing", doing}});
}
void WorkerChannel::unit(std::size_t index, std::size_t total) {
  send({{"event", "unit"}, {"index", index}, {"total", total}});
}
void WorkerChannel::warning(std::string_view text) {
  send({{"event", "warning"}, {"text", text}});
}
void WorkerChannel::metric(std::string_view name, double value) {
  send({{"event", "metric"}, {"name", name}, {"value", value}});
}
void WorkerChannel::done(const Json& result) {
  send({{"event", "done"}, {"result", result}});
}
void WorkerChannel::failed(const Error& error) {
  send({{"event", "failed"},
        {"code", name(error.code)},
        {"message", error.message},
        {"advice", advice(error)}});
}

bool WorkerChannel::cancelled() {
  pollfd waiting{events_, POLLIN, 0};
  if (cancelled_ || events_ == STDOUT_FILENO || ::poll(&waiting, 1, 0) <= 0) return cancelled_;
  char buffer[64];
  const ssize_t n = ::read(events_, buffer, sizeof buffer);
  if (n >= 0) cancelled_ = true;  // "cancel", or the other end is closed
  return cancelled_;
}

namespace {

Result<Json> read_job(int argc, char** argv) {
  if (argc != 2)
    return fail(ErrorCode::Usage, std::string("usage: ") + argv[0] + " JOB.json",
                "The job is described in docs/formats/worker-protocol.md.");
  if (std::string_view(argv[1]) != "-") return read_json_file(argv[1]);
  const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  return parse_json(text, "standard input");
}

Result<Json> run_guarded(const Json& job, WorkerChannel& channel, const WorkerMain& main) {
  try {
    return main(job, channel);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, "there is not enough memory for this step");
  } catch (const std::exception& e) {
    return fail(ErrorCode::Internal, std::string("unexpected: ") + e.what());
  }
}

}  // namespace

int run_worker(int argc, char** argv, const WorkerMain& main) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a worker never outlives its supervisor
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole group; the supervisor decides
  const bool supervised = ::fcntl(3, F_GETFD) != -1;
  WorkerChannel channel(supervised ? 3 : STDOUT_FILENO);
  if (supervised) ::fcntl(3, F_SETFD, FD_CLOEXEC);
  // A supervisor that died before the signal was asked for has closed its end.
  if (supervised && channel.cancelled()) return exit_status(ErrorCode::Cancelled);
  Result<Json> result =
      read_job(argc, argv).and_then([&](const Json& job) { return run_guarded(job, channel, main); });
  if (result) {
    channel.done(*result);
    return 0;
  }
  std::cerr << describe(result.error()) << '\n';
  channel.failed(result.error());
  return exit_status(result.error().code);
}

}  // namespace skald
