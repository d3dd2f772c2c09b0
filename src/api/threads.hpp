// Threads for connections: each that is open has one of its own, since event streams last.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace skald::api {

/// Never more than `most` jobs at a time; none waits for another one to end. Threads without work end after a
/// while.
class Threads {
 public:
  explicit Threads(std::size_t most) : most_(most) {}
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { end(); }

  /// False: all are busy, or end() was called.
  bool run(std::function<void()> job);
  /// Takes no more, and waits for those at work.
  void end();

 private:
  using List = std::list<std::thread>;
  void work(List::iterator self);
  /// Joins threads that have ended. To be called with the lock held.
  void reap();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  List threads_;
  std::vector<List::iterator> ended_;
  std::size_t idle_ = 0, busy_ = 0;
  bool ending_ = false;
};

}  // namespace skald::api
