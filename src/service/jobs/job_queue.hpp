// Sessions that wait for their turn: one runs at a time, as a process of its own, and all of them survive
// whatever ends the server.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "platform/process/program.hpp"
#include "service/jobs/job_progress.hpp"
#include "service/jobs/job_request.hpp"
#include "store/store.hpp"

namespace skald {

/// Any number of threads may use it.
class JobQueue {
 public:
  struct Settings {
    std::filesystem::path home;
    std::filesystem::path program;  // skald
    /// Hears "job.added", "job.changed", "job.removed" with the whole job, and "job.segments"; on any thread.
    std::function<void(std::string_view kind, const Json& data)> tell;
  };
  /// Where another process works on the jobs of that home, they wait until it has ended.
  static Result<std::unique_ptr<JobQueue>> start(Settings settings, Uploads& uploads);
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  /// What runs is interrupted, and goes on at the next start.
  ~JobQueue();

  /// Checks all that can be checked before; the job, as list() shows it.
  Result<Json> add(const JobRequest& request);
  /// In the order of their turns.
  Result<Json> list();
  Result<Json> find(std::int64_t id);
  /// {"job", "segments"}: what its run has written down so far; that of the last run is kept until the next
  /// one begins.
  Result<Json> segments(std::int64_t id);
  /// What waits does not begin; what runs is asked to stop, and keeps what is done. Conflict: it has ended.
  Result<Json> cancel(std::int64_t id);
  /// Takes its turn after all others, and goes on from what is done. Conflict: it waits, runs or is finished.
  Result<Json> resume(std::int64_t id);
  /// Also removes uploads that no other job needs; the session stays. Conflict: it runs.
  Result<Json> remove(std::int64_t id);
  /// Removes an upload. Conflict: a job waits for it, or works with it.
  Status remove_upload(std::int64_t id);

 private:
  /// The job at work.
  struct Running {
    JobRecord record;
    JobProgress progress = {};
    const Program* program = nullptr;
    bool cancelled = false;
    double told = 0, told_segments = 0;  // when it, and what it hears, was told of last
  };
  struct Ending {
    int status = 0;
    std::string results;
  };

  JobQueue(Settings settings, Uploads& uploads, std::unique_ptr<Store> store)
      : settings_(std::move(settings)), uploads_(uploads), store_(std::move(store)) {}
  /// `lock`: the right to work, where it is free.
  void work(std::optional<FileLock> lock);
  Status take_up();
  /// Waits for a job and makes it the running one; false: the queue ends.
  bool wait_for_turn();
  void run_it(int lock);
  Result<Ending> run_program(int lock);
  void hear(std::string_view line);
  void end_it(const Result<Ending>& ending);
  /// Of the running job, as an event; null where there are none. With the lock held.
  Json new_segments();
  /// With the lock held.
  bool runs(std::int64_t id) const { return running_ && running_->record.id == id; }
  Result<JobRecord> record(std::int64_t id);
  Json shown(const JobRecord& record);
  Json session_of(const JobRecord& record, const Json& outcome);
  std::filesystem::path lock_file() const { return settings_.home / "locks" / "jobs"; }
  std::filesystem::path party_file(std::int64_t id) const;

  const Settings settings_;
  Uploads& uploads_;
  CancelToken ending_;
  std::mutex mutex_;  // of all below
  std::condition_variable wake_;
  std::unique_ptr<Store> store_;
  std::optional<Running> running_;
  struct {
    std::int64_t job = 0;
    Json segments;
  } last_heard_;
  std::thread thread_;
};

}  // namespace skald
