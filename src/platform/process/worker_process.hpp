// Runs workers: a process of its own for every job, its events on descriptor 3, its logs in a file.
#pragma once
#include <filesystem>

#include "pipeline/ports.hpp"

namespace skald {

struct WorkerSettings {
  std::filesystem::path programs;  // folder with the worker_* programs
  std::filesystem::path scratch;   // job files, removed when the worker has ended
  std::filesystem::path log;       // standard output and error of workers are appended here
};

class ProcessWorkerRunner : public WorkerRunner {
 public:
  explicit ProcessWorkerRunner(WorkerSettings settings) : settings_(std::move(settings)) {}
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
