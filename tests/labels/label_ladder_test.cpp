// Every segment gets a label, whatever the model does, and every step down is told.
#include "service/labels/label_ladder.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace skald {
namespace {

using llm::LlmError;
using llm::LlmFailure;

constexpr std::uint64_t kGiB = 1ULL << 30;

LlmStep step(LlmStepKind kind, const std::string& model, Fit fit, int num_ctx = 8192) {
  LlmStep s;
  s.kind = kind;
  s.model = model;
  s.num_ctx = num_ctx;
  s.fit = fit;
  s.text = model + " needs something";
  return s;
}

LlmStep built_in() {
  LlmStep s;
  s.kind = LlmStepKind::BuiltIn;
  s.fit = Fit::Yes;
  return s;
}

/// A server that fails for some models, and labels `reach` segments before it does.
class Ladder : public testing::Test {
 protected:
  struct Behaviour {
    LlmFailure failure;
    std::size_t reach = 0;
  };

  Result<LadderOutcome> run(std::size_t segments = 10) {
    LadderSettings settings;
    settings.target.service = "ollama";
    settings.target.model = "big";
    settings.built_in = "e5";
    LadderPorts ports;
    ports.steps = [&]() -> Result<std::vector<LlmStep>> {
      if (unreachable_) return fail(ErrorCode::Unavailable, "no server");
      return steps_;
    };
    ports.make_room = [&](const LlmStep& s) -> Status {
      rooms_.push_back(s.model);
      return {};
    };
    ports.label = [&](const llm::LlmTarget& target, const std::vector<std::size_t>& wanted,
                      const CancelToken& cancel, const std::function<void(double)>& pace) {
      asked_.push_back(target.model + "/" + std::to_string(target.num_ctx));
      llm::LabelRun labelled;
      labelled.labels.resize(segments);
      const auto found = behaviours_.find(asked_.back());
      std::size_t reach = found == behaviours_.end() ? wanted.size() : found->second.reach;
      if (remaining_ > 0) {
        pace(remaining_);
        if (cancel.cancelled()) reach = 1;
      }
      for (std::size_t i = 0; i < std::min(reach, wanted.size()); ++i) {
        Label label;
        label.backend = target.model;
        labelled.labels[wanted[i]] = label;
      }
      if (found != behaviours_.end())
        labelled.stopped = LlmError{found->second.failure, "it said no", 13 * kGiB, 9 * kGiB, {}};
      if (cancel.cancelled()) labelled.stopped = LlmError{LlmFailure::Cancelled, "cancelled", {}, {}, {}};
      return labelled;
    };
    ports.tell = [&](std::string_view line) { told_.emplace_back(line); };
    return climb_down(segments, settings, ports, cancel_);
  }

  std::vector<LlmStep> steps_ = {step(LlmStepKind::AsWished, "big", Fit::Yes),
                                 step(LlmStepKind::SmallerContext, "big", Fit::Yes, 2048),
                                 step(LlmStepKind::SmallerModel, "small", Fit::Yes),
                                 step(LlmStepKind::Cpu, "big", Fit::Yes, 2048), built_in()};
  std::map<std::string, Behaviour> behaviours_;
  bool unreachable_ = false;
  double remaining_ = 0;
  CancelToken cancel_;
  std::vector<std::string> asked_, told_, rooms_;
};

std::size_t by(const LadderOutcome& outcome, const std::string& model) {
  std::size_t count = 0;
  for (const auto& label : outcome.labels)
    count += label && (label->backend == model || label->backend == "ollama:" + model) ? 1 : 0;
  return count;
}

TEST_F(Ladder, WhatFitsIsTakenAndNothingIsTold) {
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(by(*outcome, "big"), 10U);
  EXPECT_TRUE(outcome->fallbacks.empty());
  EXPECT_TRUE(told_.empty());
}

TEST_F(Ladder, WhatDoesNotFitIsSkippedInOneLineEach) {
  steps_[0].fit = steps_[1].fit = Fit::No;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(by(*outcome, "small"), 10U);
  EXPECT_EQ(told_.size(), 2U);
  EXPECT_EQ(asked_, (std::vector<std::string>{"small/8192"}));
  ASSERT_EQ(outcome->fallbacks.size(), 1U);
  EXPECT_EQ(outcome->fallbacks[0].wanted, "ollama:big");
  EXPECT_EQ(outcome->fallbacks[0].used, "ollama:small");
}

TEST_F(Ladder, ASmallerContextOfTheSameModelIsNoFallback) {
  behaviours_["big/8192"] = {LlmFailure::OutOfMemory, 0};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(by(*outcome, "big"), 10U);
  EXPECT_TRUE(outcome->fallbacks.empty());
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NE(told_[0].find("needed 13.0 GiB, available 9.0 GiB"), std::string::npos) << told_[0];
}

TEST_F(Ladder, LabelsOfEarlierStepsStay) {
  behaviours_["big/8192"] = {LlmFailure::OutOfMemory, 3};
  behaviours_["big/2048"] = {LlmFailure::RunnerDied, 2};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(by(*outcome, "big"), 5U);
  EXPECT_EQ(by(*outcome, "small"), 5U);
  ASSERT_EQ(outcome->fallbacks.size(), 1U);
  EXPECT_NE(outcome->fallbacks[0].reason.find("5 of 10 segments"), std::string::npos);
}

TEST_F(Ladder, TheEmbeddedClassifierIsTheLastStep) {
  for (const char* asked : {"big/8192", "big/2048", "small/8192"})
    behaviours_[asked] = {LlmFailure::OutOfMemory, 1};
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  std::size_t open = 0;
  for (const auto& label : outcome->labels) open += label ? 0 : 1;
  EXPECT_EQ(open, 6U);
  EXPECT_EQ(asked_.size(), 4U);  // the CPU, too
  ASSERT_EQ(outcome->fallbacks.size(), 2U);
  EXPECT_EQ(outcome->fallbacks[1].used, "e5");
}

TEST_F(Ladder, EachFailureLeadsWhereItHelps) {
  const std::map<LlmFailure, std::vector<std::string>> next = {
      {LlmFailure::OutOfMemory, {"big/8192", "big/2048"}},
      {LlmFailure::RunnerDied, {"big/8192", "big/2048"}},
      {LlmFailure::UnknownModel, {"big/8192", "small/8192"}},
      {LlmFailure::TimedOut, {"big/8192", "small/8192"}},
      {LlmFailure::TooLarge, {"big/8192", "big/2048"}},
      {LlmFailure::Unreachable, {"big/8192"}},
      {LlmFailure::Unauthorized, {"big/8192"}},
      {LlmFailure::RateLimited, {"big/8192"}},
      {LlmFailure::QuotaSpent, {"big/8192"}},
      {LlmFailure::BadAnswer, {"big/8192"}},
      {LlmFailure::Refused, {"big/8192"}},
      {LlmFailure::Server, {"big/8192"}}};
  for (const auto& [failure, asked] : next) {
    asked_.clear();
    behaviours_["big/8192"] = {failure, 0};
    ASSERT_TRUE(run()) << llm::to_string(failure);
    EXPECT_EQ(asked_, asked) << llm::to_string(failure);
  }
}

TEST_F(Ladder, TheCpuIsLeftWhenItWouldTakeAllNight) {
  steps_ = {step(LlmStepKind::AsWished, "big", Fit::No), step(LlmStepKind::Cpu, "big", Fit::Yes), built_in()};
  remaining_ = 100000;
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(by(*outcome, "big"), 1U);
  ASSERT_EQ(outcome->fallbacks.size(), 1U);
  EXPECT_NE(outcome->fallbacks[0].reason.find("minutes"), std::string::npos);
}

TEST_F(Ladder, ASlowCpuThatWasWishedIsLeftAlone) {
  steps_ = {step(LlmStepKind::AsWished, "big", Fit::Yes), built_in()};
  remaining_ = 100000;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(by(*outcome, "big"), 10U);
}

TEST_F(Ladder, WithoutAServerAllIsLabelledByTheEmbeddedClassifier) {
  unreachable_ = true;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->fallbacks.size(), 1U);
  EXPECT_NE(outcome->fallbacks[0].reason.find("no server"), std::string::npos);
}

TEST_F(Ladder, CancellingEndsIt) {
  cancel_.cancel();
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace skald
