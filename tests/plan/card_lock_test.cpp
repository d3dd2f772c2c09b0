// Two runs of Skald on one card: one works, the other is told who has it, and a death frees it.
#include "service/cards/card_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "memory/waiting.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TwoProcesses : public testing::Test {
 protected:
  Result<FileLock> take(const std::string& device = "cuda:0", const std::string& who = "session second") {
    return lock_card({folder_.path(), device, who}, clock_, cancel_,
                     [&](std::string_view line) { told_.emplace_back(line); });
  }

  // A process that has the card when this returns, and keeps it until it is ended.
  pid_t other_process() {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      const auto held = take("cuda:0", "session first");
      [[maybe_unused]] const ssize_t n = ::write(ready[1], held ? "y" : "n", 1);
      for (;;) ::pause();
    }
    char answer = 0;
    EXPECT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(ready[0]);
    ::close(ready[1]);
    return pid;
  }

  static void end(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  TestFolder folder_;
  TestClock clock_;
  CancelToken cancel_;
  std::vector<std::string> told_;
};

TEST_F(TwoProcesses, TheSecondIsToldWhoHasTheCardAndGivesUp) {
  const pid_t first = other_process();
  const auto held = take();
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(held.error().message, HasSubstr("pid " + std::to_string(first) + ", session first"));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("waiting 5 s")));
  EXPECT_TRUE(take("cuda:1"));  // another card is free
  end(first);
}

TEST_F(TwoProcesses, ADeathWhileTheOtherWaitsHandsTheCardOver) {
  const pid_t first = other_process();
  clock_.at_wait = [&](int waits) {
    if (waits == 2) end(first);
  };
  const auto held = take();
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_EQ(clock_.waits, 2);
  EXPECT_THAT(content_of(folder_ / "card-cuda-0"), HasSubstr("session second"));
}

TEST_F(TwoProcesses, WaitingCanBeCancelled) {
  const pid_t first = other_process();
  clock_.at_wait = [&](int) { cancel_.cancel(); };
  const auto held = take();
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::Cancelled);
  end(first);
}

}  // namespace
}  // namespace skald
