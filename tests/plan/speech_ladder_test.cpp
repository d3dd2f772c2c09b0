// Every recording is transcribed, whatever the card does; each step down is told, and what stood in is
// recorded.
#include "service/speech/speech_ladder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "memory/waiting.hpp"
#include "plan/machines.hpp"
#include "platform/devices/devices.hpp"
#include "service/cards/card_use.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A simulated card with a broker, and a worker that fails as it is told, attempt after attempt.
class SpeechLadder : public testing::Test {
 protected:
  Result<SpeechOutcome> run(double free, const std::string& more = {}) {
    const std::string text = fmt::format(
        R"({{"host": {{"total": "32 GiB", "available": "24 GiB"}}, "gpus": [{{"total": "12 GiB", "lag_seconds": 1,
            "holders": [{{"pid": 77, "name": "game", "memory": {}}}]{}}}]}})",
        gibi(12) - gibi(free), more);
    const auto probe = simulated_devices(text, clock_);
    EXPECT_TRUE(probe) << probe.error().message;
    MemoryBroker broker(**probe, clock_);
    WhisperWish wish = speech_wish(large_v3());
    wish.where = WhisperDevices::CardFirst;
    wish.smaller = {turbo(), base_model()};
    SpeechPorts ports;
    ports.stored = [&](const WhisperStep& step) { return step_name(step) == stored_; };
    ports.tell = [&](std::string_view line) { told_.emplace_back(line); };
    const auto work = [&](const WhisperStep& step) -> Status {
      tried_.push_back(fmt::format("{} batch {}", step_name(step), step.batch));
      if (failures_.empty()) return {};
      const Error error = failures_.front();
      failures_.pop_front();
      return tl::unexpected(error);
    };
    ports.transcribe = [&](const WhisperStep& step) -> Status {
      if (step.device == "cpu" || ports.stored(step)) return work(step);
      const CardUser user{broker,
                          clock_,
                          {folder_.path(), step.device, "session test"},
                          "worker_asr",
                          [] { return Status(); },
                          ports.tell,
                          [&](std::string_view line) { warned_.emplace_back(line); },
                          cancel_};
      return use_card(user, step.needed, [&](const WorkerStarted& started) {
        started(4711);
        return work(step);
      });
    };
    const auto devices = broker.look();
    return transcribe_in_steps(whisper_steps(wish, *devices, kReserves), ports);
  }

  TestFolder folder_;
  TestClock clock_;
  CancelToken cancel_;
  std::deque<Error> failures_;
  std::string stored_;
  std::vector<std::string> tried_, told_, warned_;
};

const Error kNoMemory{ErrorCode::OutOfMemory, "CUDA failed with error out of memory", {}};
const Error kNoDriver{ErrorCode::Unavailable, "there is no NVIDIA driver", {}};

TEST_F(SpeechLadder, AFreeCardDoesAll) {
  const auto done = run(11.5);
  ASSERT_TRUE(done);
  EXPECT_THAT(tried_, ElementsAre("large-v3 (float16, cuda:0) batch 16"));
  EXPECT_FALSE(done->fallback);
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(warned_, IsEmpty());
}

TEST_F(SpeechLadder, LessMemoryMeansASmallerBatchWhichIsNoOtherResult) {
  const auto done = run(5.5);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->used.kind, WhisperStepKind::SmallerBatch);
  EXPECT_FALSE(done->fallback);
  EXPECT_THAT(told_, ElementsAre(HasSubstr("next: smaller batch")));
}

TEST_F(SpeechLadder, StillLessMeansInt8) {
  const auto done = run(4);
  ASSERT_TRUE(done);
  EXPECT_THAT(tried_, ElementsAre(HasSubstr("large-v3 (int8_float16, cuda:0)")));
  ASSERT_TRUE(done->fallback);
  EXPECT_EQ(done->fallback->wanted, "large-v3 (float16, cuda:0)");
  EXPECT_THAT(done->fallback->reason, HasSubstr("GiB are available"));
}

TEST_F(SpeechLadder, ThenASmallerModel) {
  const auto done = run(2.8);
  ASSERT_TRUE(done);
  EXPECT_THAT(tried_, ElementsAre(HasSubstr("large-v3-turbo (int8_float16, cuda:0)")));
  EXPECT_TRUE(done->fallback);
}

TEST_F(SpeechLadder, ThenTheCpuWithTheWishedModel) {
  const auto done = run(0.8);
  ASSERT_TRUE(done);
  EXPECT_THAT(tried_, ElementsAre("large-v3 (cpu) batch 8"));
  EXPECT_EQ(done->fallback->used, "large-v3 (cpu)");
}

TEST_F(SpeechLadder, MemoryThatRunsOutAfterTheStartMeansLessOfTheCard) {
  failures_ = {kNoMemory, kNoMemory};
  const auto done = run(11.5);
  ASSERT_TRUE(done);
  EXPECT_THAT(tried_, ElementsAre("large-v3 (float16, cuda:0) batch 16", "large-v3 (float16, cuda:0) batch 8",
                                  HasSubstr("large-v3 (int8_float16, cuda:0)")));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("next: smaller batch"), HasSubstr("next: int8")));
  EXPECT_THAT(done->fallback->reason, HasSubstr("out of memory"));
}

TEST_F(SpeechLadder, ACardThatFailsIsNotAskedAgain) {
  for (const Error& error :
       {kNoDriver,
        Error{ErrorCode::WorkerDied, "worker_asr was ended by signal 11 (Segmentation fault)", {}}}) {
    tried_.clear();
    told_.clear();
    failures_ = {error};
    const auto done = run(11.5);
    ASSERT_TRUE(done);
    EXPECT_THAT(tried_, ElementsAre("large-v3 (float16, cuda:0) batch 16", "large-v3 (cpu) batch 8"));
    EXPECT_THAT(told_, ElementsAre(HasSubstr(error.message)));
    EXPECT_EQ(done->fallback->reason, error.message);
  }
}

TEST_F(SpeechLadder, MemoryThatNeverComesBackIsToldAndTheCpuGoesOn) {
  failures_ = {kNoMemory};
  const auto done = run(8.2, R"(, "never_back": "12 GiB")");
  ASSERT_TRUE(done);
  EXPECT_THAT(warned_, ElementsAre(HasSubstr("did not come back within 5 s")));
  EXPECT_THAT(warned_.front(), HasSubstr("worker_asr"));
  EXPECT_EQ(done->used.model, "large-v3");
  // The figures said that a smaller step fits; what is asked for at its time says otherwise, and who has it.
  EXPECT_THAT(told_.back(), HasSubstr("next: on the CPU"));
  EXPECT_THAT(tried_, testing::Contains("large-v3 (cpu) batch 8"));
}

TEST_F(SpeechLadder, AStoredResultOfABetterStepNeedsNoMemory) {
  stored_ = "large-v3 (float16, cuda:0)";
  const auto done = run(0.8);
  ASSERT_TRUE(done);
  EXPECT_THAT(tried_, ElementsAre("large-v3 (float16, cuda:0) batch 16"));
  EXPECT_FALSE(done->fallback);
}

TEST_F(SpeechLadder, OtherFailuresEndTheStage) {
  for (const ErrorCode code : {ErrorCode::Cancelled, ErrorCode::NoSpace, ErrorCode::InvalidModel}) {
    tried_.clear();
    failures_ = {{code, "it ends here", {}}};
    const auto done = run(11.5);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, code);
    EXPECT_EQ(tried_.size(), 1U);
  }
}

TEST_F(SpeechLadder, WhenTheCpuFailsTooItIsTheEnd) {
  failures_ = {kNoDriver, {ErrorCode::WorkerDied, "worker_asr died", {}}};
  const auto done = run(11.5);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "worker_asr died");
}

TEST(WhisperUnloading, ModelsOfOllamaGoFirstWhereAllowed) {
  WhisperWish wish = speech_wish(large_v3());
  wish.where = WhisperDevices::CardFirst;
  wish.loaded = {{"llama3:8b", gibi(8), gibi(8)}, {"on-the-cpu", gibi(2), 0}};
  const Devices devices = machine({12, 3}, {32, 24});
  EXPECT_EQ(whisper_steps(wish, devices, kReserves).front().fit, Fit::No);
  wish.unloading = Unloading::Allowed;
  const auto steps = whisper_steps(wish, devices, kReserves);
  EXPECT_EQ(steps.front().fit, Fit::Yes);
  EXPECT_THAT(steps.front().unload, ElementsAre("llama3:8b"));
}

}  // namespace
}  // namespace skald
