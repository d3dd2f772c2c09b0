// What handlers work with: one store, the events, and who may come in.
#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "api/ending.hpp"
#include "api/events.hpp"
#include "api/guard.hpp"
#include "api/tokens.hpp"
#include "api/watch.hpp"
#include "pipeline/ports.hpp"
#include "service/jobs/job_queue.hpp"
#include "service/review/review_book.hpp"
#include "service/transcriptions/transcriptions.hpp"
#include "service/uploads/uploads.hpp"
#include "store/store.hpp"

namespace skald::api {

class Context {
 public:
  /// Opens the store of that home. `cancel` outlives the context.
  static Result<std::unique_ptr<Context>> open(const std::filesystem::path& home, std::string version,
                                               const CancelToken& cancel);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// The store, for as long as the result lives; other threads wait.
  struct LockedStore {
    std::unique_lock<std::mutex> lock;
    Store& store;
  };
  LockedStore store() { return {std::unique_lock(store_mutex_), *store_}; }
  /// For what looks at the whole machine: one at a time. Unavailable: another one is at it.
  Result<std::unique_lock<std::mutex>> only_one();

  /// Ends event streams and whatever lasts.
  void close();

  const std::string version;
  /// Set by a request; who runs the server looks at it.
  std::atomic<Ending> ending = Ending::None;
  Gate gate;
  EventHub events;
  CancelToken cancel;
  std::unique_ptr<ReviewBook> reviews;
  std::unique_ptr<SessionWatch> watch;  // uses the reviews
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<JobQueue> jobs;
  std::unique_ptr<Transcriptions> transcriptions;

 private:
  Context(std::unique_ptr<Store> store, std::string program_version, std::string epoch,
          const CancelToken& parent)
      : version(std::move(program_version)),
        events(std::move(epoch)),
        cancel(&parent),
        store_(std::move(store)) {}
  std::unique_ptr<Store> store_;
  std::mutex store_mutex_, machine_mutex_;
};

}  // namespace skald::api
