// Runs workers: a process of its own for every job, its events on descriptor 3, what it prints line by line.
#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

#include "pipeline/ports.hpp"

namespace skald {

struct WorkerSettings {
  std::filesystem::path programs;  // folder with the worker_* programs
  std::filesystem::path scratch;   // job files, removed when the worker has ended
  std::filesystem::path log;       // named where a worker dies
  /// Hears each line that a worker prints on standard output or error.
  std::function<void(std::string_view worker, std::string_view line)> output = {};
};

class ProcessWorkerRunner : public WorkerRunner {
 public:
  explicit ProcessWorkerRunner(WorkerSettings settings) : settings_(std::move(settings)) {}
  /// Variables of the environment that hold a secret are not handed on.
  /// Cancel: a message, then SIGKILL after a second; units are written atomically, so nothing is lost by
  /// that.
  Result<Json> run(std::string_view worker, const Json& job, const WorkerEvents& events,
                   const CancelToken& cancel) override;

 private:
  WorkerSettings settings_;
};

/// Folder of the program that runs now; workers lie beside it.
std::filesystem::path program_directory();

}  // namespace skald
