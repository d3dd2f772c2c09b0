#include "pipeline/run_stage.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "base/files.hpp"
#include "pipeline/recorder.hpp"
#include "store/store.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

// Plays back one outcome for each start.
struct Workers : WorkerRunner {
  Result<Json> run(std::string_view worker, const Json& job, const WorkerEvents& events,
                   const CancelToken&) override {
    started.push_back({std::string(worker), job});
    events.progress(0.5, "half");
    Result<Json> outcome = outcomes.front();
    outcomes.pop_front();
    if (outcome) put(std::filesystem::path(job.at("output").get<std::string>()) / "made.txt", "made");
    return outcome;
  }
  std::vector<std::pair<std::string, Json>> started;
  std::deque<Result<Json>> outcomes;
};

struct RunStageTest : ::testing::Test {
  TestFolder folder;
  std::unique_ptr<Store> store = Store::open(folder / "home").value();
  Workers workers;
  Recorder seen;
  Timings timings;
  ProgressMeter meter{seen, timings, [] { return 0.0; }};
  CancelToken cancel;
  bool redo = false;
  std::vector<std::string> used;
  StageContext context{*store,
                       workers,
                       meter,
                       seen,
                       cancel,
                       [this](const std::string& key) -> Status {
                         used.push_back(key);
                         return {};
                       },
                       [this](StageId) { return redo; },
                       [](StageId, std::string_view, double) {}};

  Result<Artifact> make(const Json& parameters) {
    meter.begin(StageId::Listen);
    StageRequest request{StageId::Listen, parameters, {"input"}, {}};
    request.make = [&](const Lease& lease) {
      return run_worker_job(context, StageId::Listen, "worker_listen", parameters, lease);
    };
    return run_stage(context, request);
  }
};

TEST_F(RunStageTest, MadeOnceThenFound) {
  workers.outcomes = {Json::object()};
  const Artifact first = make({{"a", 1}}).value();
  EXPECT_EQ(content_of(first.directory / "made.txt"), "made");
  const Artifact second = make({{"a", 1}}).value();
  EXPECT_EQ(second.directory, first.directory);
  EXPECT_EQ(workers.started.size(), 1U);
  EXPECT_EQ(seen.done.back(), std::pair(StageId::Listen, true));
  EXPECT_EQ(used, (std::vector<std::string>{first.key, first.key}));
}

TEST_F(RunStageTest, OtherParametersAreMadeAnew) {
  workers.outcomes = {Json::object(), Json::object()};
  EXPECT_NE(make({{"a", 1}}).value().key, make({{"a", 2}}).value().key);
  EXPECT_EQ(workers.started.size(), 2U);
}

TEST_F(RunStageTest, RedoMakesAnewAndForgetsUnits) {
  workers.outcomes = {Json::object(), Json::object()};
  const Artifact first = make({{"a", 1}}).value();
  redo = true;
  const Artifact second = make({{"a", 1}}).value();
  EXPECT_EQ(second.key, first.key);
  EXPECT_NE(second.directory, first.directory);
  EXPECT_EQ(store->find(first.key).value()->directory, second.directory);
}

TEST_F(RunStageTest, WorkerThatDiesIsStartedOnceMore) {
  workers.outcomes = {fail(ErrorCode::WorkerDied, "worker_listen was ended by signal 9"), Json::object()};
  EXPECT_TRUE(make({{"a", 1}}));
  EXPECT_EQ(workers.started.size(), 2U);
  ASSERT_EQ(seen.warnings.size(), 1U);
  EXPECT_NE(seen.warnings[0].find("signal 9"), std::string::npos);
}

TEST_F(RunStageTest, SecondDeathIsTheError) {
  workers.outcomes = {fail(ErrorCode::WorkerDied, "first"), fail(ErrorCode::WorkerDied, "second")};
  const auto made = make({{"a", 1}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "second");
}

TEST_F(RunStageTest, ErrorsOfTheWorkerAreNotRetriedAndLeaveNoArtifact) {
  workers.outcomes = {fail(ErrorCode::InvalidModel, "damaged"), Json::object()};
  EXPECT_EQ(make({{"a", 1}}).error().code, ErrorCode::InvalidModel);
  EXPECT_EQ(workers.started.size(), 1U);
  EXPECT_TRUE(make({{"a", 1}}));  // the same command goes on
}

TEST_F(RunStageTest, UnitsOfAFailedAttemptAreKept) {
  workers.outcomes = {fail(ErrorCode::NoSpace, "full"), Json::object()};
  ASSERT_FALSE(make({{"a", 1}}));
  const std::filesystem::path units = workers.started[0].second.at("units").get<std::string>();
  put(units / "unit_000000.json", "{}");
  ASSERT_TRUE(make({{"a", 1}}));
  EXPECT_EQ(workers.started[1].second.at("units").get<std::string>(), units.string());
  EXPECT_FALSE(std::filesystem::exists(units));  // not needed any more
}

}  // namespace
}  // namespace skald
