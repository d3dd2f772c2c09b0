#include "service/models/tuning.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/folder.hpp"

namespace skald {
namespace {

// Answers as the worker would, and counts how often it was asked.
struct Answers : WorkerRunner {
  std::atomic<int> asked = 0;
  std::string precision = "bf16";
  int deaths = 0;
  Result<Json> run(std::string_view worker, const Json& job, const WorkerEvents&,
                   const CancelToken&) override {
    ++asked;
    EXPECT_EQ(worker, "worker_asr");
    EXPECT_EQ(job.at("task"), "tune");
    if (deaths-- > 0) return fail(ErrorCode::WorkerDied, "killed");
    return Json{{"precision", precision}, {"decoder", "native"}, {"threads", 2}, {"measured", {{"x", 0.5}}}};
  }
};

struct TuningTest : ::testing::Test {
  TestFolder folder;
  std::unique_ptr<Store> store = Store::open(folder / "home").value();
  Answers workers;
  CancelToken cancel;
  std::string told;
  std::filesystem::path program = folder / "worker_asr";
  void SetUp() override { put(program, "one build"); }

  Result<SpeechTuning> ask(Measure measure = Measure::IfUnknown, const std::string& identity = "m1",
                           int threads = 2) {
    return speech_tuning(
        *store, workers, {"/models/whisper-mine", identity, threads, measure, program},
        [this](std::string_view text) { told = text; }, cancel);
  }
};

TEST_F(TuningTest, MeasuredOnceAndKept) {
  EXPECT_EQ(ask().value().precision, "bf16");
  EXPECT_NE(told.find("whisper-mine"), std::string::npos);
  workers.precision = "f32";
  const SpeechTuning again = ask().value();
  EXPECT_EQ(again.precision, "bf16");
  EXPECT_EQ(again.decoder, "native");
  EXPECT_EQ(again.measured.at("x"), 0.5);
  EXPECT_EQ(workers.asked, 1);
  store = Store::open(folder / "home").value();
  EXPECT_EQ(ask().value().precision, "bf16");
  EXPECT_EQ(workers.asked, 1);
}

TEST_F(TuningTest, AnotherModelMachineOrBuildIsMeasuredByItself) {
  ASSERT_TRUE(ask());
  ASSERT_TRUE(ask(Measure::IfUnknown, "m2"));
  EXPECT_EQ(workers.asked, 2);
  ASSERT_TRUE(ask(Measure::IfUnknown, "m1", 8));
  EXPECT_EQ(workers.asked, 3);
  ASSERT_TRUE(ask());
  EXPECT_EQ(workers.asked, 3);
  put(program, "another build");
  ASSERT_TRUE(ask());
  EXPECT_EQ(workers.asked, 4);
}

TEST_F(TuningTest, AgainReplacesTheAnswer) {
  ASSERT_TRUE(ask());
  workers.precision = "f32";
  EXPECT_EQ(ask(Measure::Again).value().precision, "f32");
  EXPECT_EQ(ask().value().precision, "f32");
  EXPECT_EQ(workers.asked, 2);
}

TEST_F(TuningTest, AWorkerThatDiesIsStartedOnceMore) {
  workers.deaths = 1;
  EXPECT_TRUE(ask());
  workers.deaths = 2;
  const auto failed = ask(Measure::Again);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::WorkerDied);
  EXPECT_EQ(ask().value().precision, "bf16");  // the earlier answer is still there
}

TEST_F(TuningTest, TwoAtOnceMeasureOnce) {
  const auto other = Store::open(folder / "home").value();
  std::string first, second;
  {
    const std::jthread a([&] { first = ask().value().precision; });
    const std::jthread b([&] {
      const TuningRequest request{"/models/whisper-mine", "m1", 2, Measure::IfUnknown, program};
      second = speech_tuning(*other, workers, request, [](std::string_view) {}, cancel).value().precision;
    });
  }
  EXPECT_EQ(first, second);
  EXPECT_EQ(workers.asked, 1);
}

TEST(ProcessorFeatures, AreThoseOfTheFirstProcessor) {
  const std::string found = processor_features(
      "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: EPYC\ncpu MHz\t\t: 2445.4\nflags\t\t: fpu "
      "avx512f\n\n"
      "processor\t: 1\nmodel name\t: Other\nflags\t\t: fpu\n");
  EXPECT_EQ(found, "vendor_id:AuthenticAMD\nmodel name:EPYC\nflags:fpu avx512f\n");
  EXPECT_EQ(processor_features(""), "");
}

}  // namespace
}  // namespace skald
