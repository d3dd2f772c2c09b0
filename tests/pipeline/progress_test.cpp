#include "pipeline/progress.hpp"

#include <gtest/gtest.h>

#include "pipeline/recorder.hpp"

namespace skald {
namespace {

struct ProgressTest : ::testing::Test {
  double now = 0;
  Recorder seen;
  Timings timings;
  ProgressMeter meter{seen, timings, [this] { return now; }};
};

TEST_F(ProgressTest, NothingIsPromisedBeforeItIsMeasured) {
  meter.plan(StageId::Listen, "");
  meter.begin(StageId::Listen);
  EXPECT_FALSE(seen.reports.back().stage_remaining);
  EXPECT_FALSE(seen.reports.back().remaining_seconds);
}

TEST_F(ProgressTest, PaceOfThisRunGivesTheRestOfTheStage) {
  meter.plan(StageId::Listen, "");
  meter.begin(StageId::Listen);
  meter.update(0.0);
  now = 10;
  meter.update(0.25);
  ASSERT_TRUE(seen.reports.back().stage_remaining);
  EXPECT_NEAR(*seen.reports.back().stage_remaining, 30, 1e-9);
}

TEST_F(ProgressTest, EarlierRunsGiveTheRestOfTheRun) {
  timings.rates = {{"listen/2", 0.03}, {"transcribe/base/2", 0.05}};
  meter.plan(StageId::Listen, "2");
  meter.plan(StageId::Transcribe, "base/2");
  meter.set_audio_seconds(1000);
  meter.begin(StageId::Listen);
  ASSERT_TRUE(seen.reports.back().remaining_seconds);
  EXPECT_NEAR(*seen.reports.back().remaining_seconds, 80, 1e-9);
  meter.end(ProgressMeter::Outcome::Reused);
  meter.begin(StageId::Transcribe);
  EXPECT_NEAR(*seen.reports.back().remaining_seconds, 50, 1e-9);
}

TEST_F(ProgressTest, UnknownLaterStageMeansNoPromiseForTheRun) {
  timings.rates = {{"listen/2", 0.03}};
  meter.plan(StageId::Listen, "2");
  meter.plan(StageId::Transcribe, "large/2");
  meter.set_audio_seconds(1000);
  meter.begin(StageId::Listen);
  EXPECT_TRUE(seen.reports.back().stage_remaining);
  EXPECT_FALSE(seen.reports.back().remaining_seconds);
}

TEST_F(ProgressTest, OnlyWholeStagesAreRecorded) {
  meter.set_audio_seconds(100);
  meter.plan(StageId::Listen, "whole");
  meter.begin(StageId::Listen);
  meter.update(0.01);
  now = 5;
  meter.end(ProgressMeter::Outcome::Computed);
  EXPECT_NEAR(timings.rates.at("listen/whole"), 0.05, 1e-9);
  meter.plan(StageId::Transcribe, "rest");
  meter.begin(StageId::Transcribe);
  meter.update(0.6);  // went on from units of an earlier run
  now = 6;
  meter.end(ProgressMeter::Outcome::Computed);
  EXPECT_FALSE(timings.rates.contains("transcribe/rest"));
}

TEST_F(ProgressTest, ShareNeverGoesBack) {
  meter.begin(StageId::Listen);
  meter.update(0.5);
  meter.update(0.3);
  EXPECT_DOUBLE_EQ(seen.reports.back().share, 0.5);
  meter.update(1.5);
  EXPECT_DOUBLE_EQ(seen.reports.back().share, 1.0);
}

}  // namespace
}  // namespace skald
