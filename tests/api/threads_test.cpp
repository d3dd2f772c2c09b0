#include "api/threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace skald::api {
namespace {

TEST(Threads, EveryJobOfABurstHasAThread) {
  constexpr int many = 50;
  std::latch all_at_work(many);
  std::atomic<int> done = 0;
  {
    Threads threads(many);
    for (int i = 0; i < many; ++i)
      ASSERT_TRUE(threads.run([&] {
        all_at_work.arrive_and_wait();  // ends only where all of them run at once
        ++done;
      }));
  }
  EXPECT_EQ(done, many);
}

TEST(Threads, NotMoreThanAllowed) {
  std::latch let_go(1);
  std::atomic<int> done = 0;
  Threads threads(2);
  const auto job = [&] {
    let_go.wait();
    ++done;
  };
  EXPECT_TRUE(threads.run(job));
  EXPECT_TRUE(threads.run(job));
  EXPECT_FALSE(threads.run(job));
  let_go.count_down();
  threads.end();
  EXPECT_EQ(done, 2);
  EXPECT_FALSE(threads.run(job));
}

TEST(Threads, ServeAgain) {
  std::atomic<int> done = 0;
  Threads threads(4);
  for (int i = 0; i < 500; ++i)
    while (!threads.run([&] { ++done; })) std::this_thread::yield();
  threads.end();
  EXPECT_EQ(done, 500);
}

}  // namespace
}  // namespace skald::api
