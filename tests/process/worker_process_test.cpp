#include "platform/process/worker_process.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "support/folder.hpp"

namespace skald {
namespace {

struct WorkerProcessTest : ::testing::Test {
  TestFolder folder;
  CancelToken cancel;
  std::vector<double> shares;
  std::vector<std::string> warnings;
  std::map<std::string, double> metrics;
  ProcessWorkerRunner runner{
      {std::filesystem::path(SKALD_BINARY_DIR) / "tests", folder / "jobs", folder / "logs/run.log"}};

  Result<Json> run(const std::string& what, bool cancel_at_first_progress = false) {
    WorkerEvents events;
    events.progress = [&, cancel_at_first_progress](double share, std::string_view) {
      shares.push_back(share);
      if (cancel_at_first_progress) cancel.cancel();
    };
    events.warning = [&](std::string_view text) { warnings.emplace_back(text); };
    events.metric = [&](std::string_view name, double value) { metrics[std::string(name)] = value; };
    return runner.run("test_worker", {{"do", what}}, events, cancel);
  }
};

TEST_F(WorkerProcessTest, EventsAndResultArrive) {
  const auto result = run("talk");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->at("answer"), 42);
  EXPECT_EQ(shares, std::vector<double>{0.25});
  EXPECT_EQ(warnings, std::vector<std::string>{"careful"});
  EXPECT_EQ(metrics.at("figure"), 4.5);
  EXPECT_GT(metrics.at("peak_memory_bytes"), 0);
  EXPECT_NE(content_of(folder / "logs/run.log").find("a library prints here"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder / "jobs"));
}

TEST_F(WorkerProcessTest, ErrorKeepsItsCodeAndAdvice) {
  const auto result = run("fail");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::UnreadableMedia);
  EXPECT_EQ(result.error().message, "cannot read 'x'");
  EXPECT_EQ(result.error().advice, "try y");
}

TEST_F(WorkerProcessTest, ExceptionsBecomeErrors) {
  EXPECT_EQ(run("throw").error().code, ErrorCode::OutOfMemory);
}

TEST_F(WorkerProcessTest, DeathIsNamedWithItsSignalOrStatus) {
  const auto killed = run("die");
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().code, ErrorCode::WorkerDied);
  EXPECT_NE(killed.error().message.find("signal 9"), std::string::npos);
  EXPECT_NE(run("exit").error().message.find("status 7"), std::string::npos);
}

TEST_F(WorkerProcessTest, LargeResultArrivesWhole) {
  EXPECT_EQ(run("large").value().at("text").get<std::string>().size(), 3'000'000U);
}

TEST_F(WorkerProcessTest, CancelReachesTheWorker) {
  EXPECT_EQ(run("wait", true).error().code, ErrorCode::Cancelled);
}

TEST_F(WorkerProcessTest, WorkerThatDoesNotListenIsEnded) {
  EXPECT_EQ(run("deaf", true).error().code, ErrorCode::Cancelled);
}

TEST_F(WorkerProcessTest, MissingProgramIsNamed) {
  const auto result = runner.run("worker_of_dreams", Json::object(), {}, cancel);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("worker_of_dreams"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder / "jobs"));
}

}  // namespace
}  // namespace skald
