// A clock that stands still until somebody waits.
#pragma once
#include "pipeline/memory/broker.hpp"

namespace skald {

class TestClock : public WaitClock {
 public:
  double now() override { return now_; }
  void wait(double seconds, const CancelToken&) override {
    now_ += seconds;
    ++waits;
    if (at_wait) at_wait(waits);
  }
  int waits = 0;
  std::function<void(int)> at_wait;  // what happens meanwhile

 private:
  double now_ = 100;
};

}  // namespace skald
