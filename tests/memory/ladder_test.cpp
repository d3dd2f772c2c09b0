#include "pipeline/memory/ladder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/shapes.hpp"

namespace skald {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Reserves kReserves{kGibi / 2, kGibi / 2};

LlmWish wish_for(std::string model, const LlmShape& shape) {
  LlmWish wish;
  wish.model = {std::move(model), shape.weight_bytes, shape};
  wish.settings.num_ctx = 8192;
  return wish;
}

Devices machine(double card, double card_free, double host_free) {
  Devices devices;
  devices.host = {gibi(64), gibi(host_free), 0};
  if (card > 0) devices.gpus = {{"cuda:0", "card", gibi(card), gibi(card_free), {}}};
  return devices;
}

std::vector<LlmStepKind> kinds(const std::vector<LlmStep>& steps) {
  std::vector<LlmStepKind> found;
  for (const LlmStep& step : steps) found.push_back(step.kind);
  return found;
}

const LlmStep& chosen(const std::vector<LlmStep>& steps) {
  return steps[first_that_fits(steps)];
}

TEST(Ladder, WhatFitsIsTakenAsWished) {
  const auto steps = llm_steps(wish_for("llama3:8b", llama3_8b()), machine(12, 11, 20), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::AsWished);
  EXPECT_EQ(chosen(steps).device, "cuda:0");
  EXPECT_FALSE(chosen(steps).num_gpu);
  EXPECT_EQ(steps.back().kind, LlmStepKind::BuiltIn);
}

// The case of the troubleshooting guide.
TEST(Ladder, TwelveGibibytesOfModelInNinePointThree) {
  LlmWish wish = wish_for("gpt-oss:20b", gpt_oss_20b());
  wish.smaller = {{"llama3.2:3b", 2'019'000'000, llama32_3b()}};
  const auto steps = llm_steps(wish, machine(12, 9.3, 20), kReserves);
  EXPECT_THAT(kinds(steps),
              ElementsAre(LlmStepKind::AsWished, LlmStepKind::SmallerContext, LlmStepKind::PartOnCpu,
                          LlmStepKind::SmallerModel, LlmStepKind::Cpu, LlmStepKind::BuiltIn));
  EXPECT_EQ(steps[0].fit, Fit::No);
  EXPECT_GE(steps[0].needed, gibi(12.8));
  EXPECT_EQ(steps[0].available, gibi(9.3) - gibi(0.5));
  EXPECT_EQ(steps[1].fit, Fit::No);  // no context makes 12.8 GiB of weights fit
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::PartOnCpu);
  ASSERT_TRUE(chosen(steps).num_gpu);
  EXPECT_GT(*chosen(steps).num_gpu, 0);
  EXPECT_LT(*chosen(steps).num_gpu, 25);
  EXPECT_EQ(chosen(steps).device, "cuda:0 + cpu");
}

TEST(Ladder, WithLittleHostMemoryTheSmallerModelIsNext) {
  LlmWish wish = wish_for("gpt-oss:20b", gpt_oss_20b());
  wish.smaller = {{"llama3.2:3b", 2'019'000'000, llama32_3b()}};
  const auto steps = llm_steps(wish, machine(12, 9.3, 3), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::SmallerModel);
  EXPECT_EQ(chosen(steps).model, "llama3.2:3b");
}

TEST(Ladder, UnloadingComesFirst) {
  LlmWish wish = wish_for("llama3:8b", llama3_8b());
  wish.loaded = {{"mistral:7b", gibi(6), gibi(6)}};
  const auto steps = llm_steps(wish, machine(12, 5, 20), kReserves);
  EXPECT_EQ(steps[0].fit, Fit::No);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::UnloadOthers);
  EXPECT_THAT(chosen(steps).unload, ElementsAre("mistral:7b"));
  EXPECT_EQ(chosen(steps).available, gibi(10.5));
  EXPECT_THAT(chosen(steps).text, HasSubstr("once mistral:7b is unloaded"));
  wish.unloading = Unloading::Forbidden;
  const auto others = llm_steps(wish, machine(12, 5, 20), kReserves);
  for (const LlmStep& step : others) {
    EXPECT_NE(step.kind, LlmStepKind::UnloadOthers);
    EXPECT_TRUE(step.unload.empty());
  }
}

TEST(Ladder, TheModelThatIsLoadedAlreadyFits) {
  LlmWish wish = wish_for("llama3", llama3_8b());
  wish.loaded = {{"llama3:latest", gibi(6), gibi(6)}};
  const auto steps = llm_steps(wish, machine(8, 1.5, 20), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::AsWished);
}

TEST(Ladder, ASmallerContextMakesRoom) {
  LlmWish wish = wish_for("llama3:8b", llama3_8b());
  wish.settings.num_ctx = 32768;
  const auto steps = llm_steps(wish, machine(8, 7, 20), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::SmallerContext);
  EXPECT_LT(chosen(steps).num_ctx, 32768);
  EXPECT_GE(chosen(steps).num_ctx, 2048);
  EXPECT_LE(chosen(steps).needed, chosen(steps).available);
}

TEST(Ladder, WithoutACardTheCpuIsTheWish) {
  LlmWish wish = wish_for("llama3:8b", llama3_8b());
  wish.smaller = {{"llama3.2:3b", 2'019'000'000, llama32_3b()}};
  auto steps = llm_steps(wish, machine(0, 0, 16), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::AsWished);
  EXPECT_EQ(chosen(steps).device, "cpu");
  EXPECT_EQ(chosen(steps).num_gpu, 0);
  steps = llm_steps(wish, machine(0, 0, 4.5), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::SmallerModel);
  steps = llm_steps(wish, machine(0, 0, 2), kReserves);
  EXPECT_EQ(chosen(steps).kind, LlmStepKind::BuiltIn);
}

TEST(Ladder, CpuOnlyLeavesTheCardAlone) {
  LlmWish wish = wish_for("llama3:8b", llama3_8b());
  wish.where = LlmDevices::CpuOnly;
  for (const LlmStep& step : llm_steps(wish, machine(24, 24, 16), kReserves)) {
    EXPECT_EQ(step.device, "cpu");
    EXPECT_TRUE(step.kind == LlmStepKind::BuiltIn || step.num_gpu == 0);
  }
}

TEST(Ladder, AnotherMachineIsAskedWithoutFigures) {
  LlmWish wish = wish_for("llama3:70b", llama3_8b());
  wish.place = HostPlace::Elsewhere;
  const auto steps = llm_steps(wish, machine(0, 0, 1), kReserves);
  EXPECT_EQ(chosen(steps).fit, Fit::Unknown);
  EXPECT_EQ(chosen(steps).model, "llama3:70b");
  EXPECT_EQ(steps.back().kind, LlmStepKind::BuiltIn);
}

TEST(Ladder, TheCardWithMostRoomIsTaken) {
  Devices devices = machine(8, 2, 20);
  devices.gpus.push_back({"cuda:1", "large", gibi(24), gibi(23), {}});
  EXPECT_EQ(chosen(llm_steps(wish_for("llama3:8b", llama3_8b()), devices, kReserves)).device, "cuda:1");
}

TEST(Ladder, EachStepSaysWhatItNeedsAndWhatThereIs) {
  const auto steps = llm_steps(wish_for("gpt-oss:20b", gpt_oss_20b()), machine(12, 9.3, 3), kReserves);
  EXPECT_THAT(steps[0].text, HasSubstr("gpt-oss:20b (context 8192) needs"));
  EXPECT_THAT(steps[0].text, HasSubstr("8.8 GiB are available"));
  for (const LlmStep& step : steps) EXPECT_FALSE(step.text.empty());
}

}  // namespace
}  // namespace skald
