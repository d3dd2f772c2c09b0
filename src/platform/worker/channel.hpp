// The worker's side of the protocol in docs/formats/worker-protocol.md: a job comes in, events go out on
// fd 3.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"
#include "formats/json.hpp"

namespace skald {

class WorkerChannel {
 public:
  /// `events` is the descriptor to write to and to read "cancel" from.
  explicit WorkerChannel(int events) : events_(events) {}

  /// Share of the work done, 0 to 1, and what is being done now, in a word ("encode").
  void progress(double share, std::string_view doing = {});
  /// A unit of work that is safe on disk now.
  void unit(std::size_t index, std::size_t total);
  /// Something the user should know that does not stop the work.
  void warning(std::string_view text);
  /// Free-form figures for logs and benchmarks.
  void metric(std::string_view name, double value);
  /// True once the supervisor has asked to stop. Workers ask between units and at least every second.
  bool cancelled();

  void done(const Json& result);
  void failed(const Error& error);

 private:
  void send(const Json& event);
  int events_;
  bool cancelled_ = false;
};

/// What a worker does with its job. Returns the object that goes into the `done` event.
using WorkerMain = std::function<Result<Json>(const Json& job, WorkerChannel& channel)>;

/// The main function of every worker: reads the job file named by argv[1] ("-": standard input), runs,
/// reports, and turns exceptions of libraries into errors. Without fd 3 events go to standard output, so that
/// a worker can be run by hand. Exit status: 0 done, 1 failed, 2 wrong use, 130 cancelled.
int run_worker(int argc, char** argv, const WorkerMain& main);

}  // namespace skald
