#include "platform/process/worker_process.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/secrets.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

struct WorkerProcessTest : ::testing::Test {
  TestFolder folder;
  CancelToken cancel;
  std::vector<double> shares;
  std::vector<std::string> warnings;
  std::map<std::string, double> metrics;
  std::vector<std::string> printed;
  ProcessWorkerRunner runner{{std::filesystem::path(SKALD_BINARY_DIR) / "tests", folder / "jobs",
                              folder / "run.log", [this](std::string_view worker, std::string_view line) {
                                printed.push_back(std::string(worker) + ": " + std::string(line));
                              }}};

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
  EXPECT_EQ(printed, (std::vector<std::string>{"test_worker: a library prints here", "test_worker: no end"}));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "jobs"));
}

TEST_F(WorkerProcessTest, WhatItPrintsBeforeItDiesArrives) {
  EXPECT_EQ(run("abort").error().code, ErrorCode::WorkerDied);
  EXPECT_EQ(printed, std::vector<std::string>{"test_worker: the last words"});
}

TEST_F(WorkerProcessTest, MuchOutputArrivesInPieces) {
  ASSERT_TRUE(run("print"));
  std::size_t bytes = 0;
  for (const std::string& line : printed) bytes += line.size() - std::string("test_worker: ").size();
  EXPECT_EQ(bytes, 1'000'000U);
}

TEST_F(WorkerProcessTest, NoWorkerSeesAKey) {
  ::setenv("SOME_API_KEY", "canary-0123456789", 1);
  ::setenv("SOME_PLACE", "here", 1);
  hide_secret("canary-0123456789");
  const auto result = run("environment");
  ::unsetenv("SOME_API_KEY");
  ::unsetenv("SOME_PLACE");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->at("key"), "");
  EXPECT_EQ(result->at("place"), "here");
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
