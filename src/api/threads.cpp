#include "api/threads.hpp"

#include <chrono>
#include <system_error>
#include <utility>

namespace skald::api {
namespace {

constexpr auto kIdle = std::chrono::seconds(10);

}  // namespace

bool Threads::run(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return false;
    reap();
    if (busy_ + jobs_.size() >= most_) return false;
    jobs_.push_back(std::move(job));
    // Threads that are about to take earlier jobs still count as idle.
    if (jobs_.size() > idle_) {
      const auto self = threads_.emplace(threads_.end());
      try {
        *self = std::thread([this, self] { work(self); });
      } catch (const std::system_error&) {  // the machine has no thread left
        threads_.erase(self);
        jobs_.pop_back();
        return false;
      }
      ++idle_;
    }
  }
  wake_.notify_one();
  return true;
}

void Threads::work(List::iterator self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait_for(lock, kIdle, [this] { return ending_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) break;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    ++busy_;
    lock.unlock();
    job();
    lock.lock();
    --busy_;
    ++idle_;
  }
  ended_.push_back(self);
}

void Threads::reap() {
  for (const auto& thread : std::exchange(ended_, {})) {
    thread->join();
    threads_.erase(thread);
  }
}

void Threads::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  // None is added any more, and threads take themselves off no list: they only say that they have ended.
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
  const std::lock_guard lock(mutex_);
  threads_.clear();
  ended_.clear();
}

}  // namespace skald::api
