// What the pipeline asks of the outside world. Store and platform answer; tests put their own answers in.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/json.hpp"

namespace skald {

/// Set by Ctrl-C or by a cancelling user; everything that lasts looks at it.
class CancelToken {
 public:
  CancelToken() = default;
  /// Also cancelled when `parent` is, which outlives it.
  explicit CancelToken(const CancelToken* parent) : parent_(parent) {}
  void cancel() { flag_.store(true); }
  bool cancelled() const { return flag_.load() || (parent_ != nullptr && parent_->cancelled()); }

 private:
  std::atomic<bool> flag_{false};
  const CancelToken* parent_ = nullptr;
};

/// A finished result of one stage: a folder of files that never change.
struct Artifact {
  std::string key;
  std::string stage;
  std::filesystem::path directory;
  std::shared_ptr<const void> hold = nullptr;  // as long as it lives, the store leaves the folder alone
};

/// The right to make one artifact. Ends with the object; the kernel ends it when the process is killed.
class Lease {
 public:
  virtual ~Lease() = default;
  virtual std::filesystem::path units() const = 0;   // survives interruption
  virtual std::filesystem::path output() const = 0;  // becomes the artifact
};

enum class Reuse { Finished, Nothing };

class ArtifactStore {
 public:
  virtual ~ArtifactStore() = default;
  virtual Result<std::optional<Artifact>> find(const std::string& key) = 0;
  /// Waits while another process makes the same artifact. `Reuse::Nothing` forgets units of earlier attempts.
  virtual Result<std::unique_ptr<Lease>> begin(const std::string& key, Reuse reuse,
                                               const CancelToken& cancel) = 0;
  /// Makes the lease's output the artifact of that key, in one transaction.
  virtual Result<Artifact> commit(Lease& lease, const std::string& key, std::string_view stage,
                                  const Json& made_from) = 0;
};

/// Events of a running worker.
struct WorkerEvents {
  std::function<void(int pid)> started = [](int) {};
  std::function<void(double share, std::string_view doing)> progress = [](double, std::string_view) {};
  std::function<void(std::string_view)> warning = [](std::string_view) {};
  std::function<void(std::string_view, double)> metric = [](std::string_view, double) {};
  std::function<void(std::size_t index)> unit = [](std::size_t) {};  // is safe on disk
};

class WorkerRunner {
 public:
  virtual ~WorkerRunner() = default;
  /// Runs one worker process to its end and returns the `result` of its `done` event.
  virtual Result<Json> run(std::string_view worker, const Json& job, const WorkerEvents& events,
                           const CancelToken& cancel) = 0;
};

/// Seconds of work for a second of audio, as measured on this machine.
class TimingBook {
 public:
  virtual ~TimingBook() = default;
  virtual std::optional<double> seconds_per_second(std::string_view stage, std::string_view variant) = 0;
  virtual void record(std::string_view stage, std::string_view variant, double audio_seconds,
                      double seconds) = 0;
};

}  // namespace skald
