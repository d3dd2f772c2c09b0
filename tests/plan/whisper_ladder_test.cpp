#include "pipeline/memory/whisper_ladder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/machines.hpp"
#include "service/speech/speech_steps.hpp"

namespace skald {
namespace {

using testing::HasSubstr;

const WhisperStep& chosen(const std::vector<WhisperStep>& steps) {
  return steps[first_that_fits(steps).value()];
}

WhisperWish card_wish() {
  WhisperWish wish = speech_wish(large_v3());
  wish.where = WhisperDevices::CardFirst;
  wish.smaller = {turbo(), base_model()};
  return wish;
}

TEST(WhisperLadder, AFreeCardIsTaken) {
  const auto steps = whisper_steps(card_wish(), machine({12, 11}, {32, 24}), kReserves);
  EXPECT_EQ(chosen(steps).kind, WhisperStepKind::AsWished);
  EXPECT_EQ(chosen(steps).device, "cuda:0");
  EXPECT_EQ(chosen(steps).batch, 16);
}

TEST(WhisperLadder, LessOfTheCardMeansSmallerBatchThenInt8ThenSmallerModelThenCpu) {
  std::vector<WhisperStepKind> kinds;
  std::uint64_t last = 1ULL << 60;
  for (double free = 12; free >= 0.5; free -= 0.25) {
    const auto steps = whisper_steps(card_wish(), machine({12, free}, {32, 24}), kReserves);
    const WhisperStep& step = chosen(steps);
    EXPECT_LE(step.needed, step.available);
    if (step.device != "cpu") {
      EXPECT_LE(step.needed, last + kMebi);
      last = step.needed;
    }
    if (kinds.empty() || kinds.back() != step.kind) kinds.push_back(step.kind);
  }
  EXPECT_THAT(kinds, testing::ElementsAre(WhisperStepKind::AsWished, WhisperStepKind::SmallerBatch,
                                          WhisperStepKind::Int8, WhisperStepKind::SmallerModel,
                                          WhisperStepKind::Cpu));
}

TEST(WhisperLadder, AHiddenCardIsLeftAlone) {
  Devices two = machine({12, 11}, {32, 24});
  two.gpus.push_back({"cuda:1", "other", gibi(12), gibi(9), {}});
  EXPECT_THAT(hidden_cards(two, std::nullopt), testing::IsEmpty());
  EXPECT_THAT(hidden_cards(two, "1, 0"), testing::IsEmpty());
  EXPECT_THAT(hidden_cards(two, "1"), testing::ElementsAre("cuda:0"));
  EXPECT_THAT(hidden_cards(two, "1,-1,0"), testing::ElementsAre("cuda:0"));
  EXPECT_THAT(hidden_cards(two, ""), testing::ElementsAre("cuda:0", "cuda:1"));
  WhisperWish wish = card_wish();
  wish.hidden = {"cuda:0"};
  EXPECT_EQ(chosen(whisper_steps(wish, two, kReserves)).device, "cuda:1");
  wish.hidden.push_back("cuda:1");
  EXPECT_EQ(chosen(whisper_steps(wish, two, kReserves)).device, "cpu");
  const CardSupport none = card_support(two, "");
  EXPECT_EQ(none.cuda, CudaSupport::No);
  EXPECT_THAT(none.why_not, HasSubstr("CUDA_VISIBLE_DEVICES"));
}

TEST(WhisperLadder, ACardWithoutFloat16ComputesInFloat32ThenInt8Float32) {
  const auto steps_at = [](int capability, double free) {
    Devices devices = machine({12, free}, {32, 24});
    devices.gpus.front().capability = capability;
    return whisper_steps(card_wish(), devices, kReserves);
  };
  const auto steps = steps_at(61, 11);
  EXPECT_EQ(chosen(steps).kind, WhisperStepKind::SmallerBatch);
  EXPECT_EQ(chosen(steps).precision, WhisperPrecision::Float32);
  EXPECT_THAT(steps.front().text, HasSubstr("large-v3 (float32, batch 16)"));
  EXPECT_EQ(chosen(steps_at(61, 5.5)).kind, WhisperStepKind::Int8);
  EXPECT_THAT(chosen(steps_at(61, 5.5)).text, HasSubstr("large-v3 (int8_float32, batch "));
  // 6.0 and 6.2 have no int8 either: a smaller model, in float32.
  for (const int capability : {60, 62}) {
    const WhisperStep step = chosen(steps_at(capability, 5.5));
    EXPECT_EQ(step.kind, WhisperStepKind::SmallerModel);
    EXPECT_EQ(step.precision, WhisperPrecision::Float32);
  }
  for (const int capability : {61, 60, 0, 70, 120})
    for (const WhisperStep& step : steps_at(capability, 11)) {
      if (step.device == "cpu") continue;
      const bool half = to_string(step.precision).find("16") != std::string_view::npos;
      EXPECT_EQ(half, capability == 0 || capability >= 70) << capability << ": " << step.text;
    }
}

TEST(WhisperLadder, WhatOllamaHoldsOnOneOfSeveralCardsCanBeFreed) {
  Devices two = machine({12, 3}, {32, 24});
  two.gpus.front().holders = {{812, "ollama", gibi(9)}};
  two.gpus.push_back({"cuda:1", "other", gibi(12), gibi(5), {{77, "game", gibi(7)}}});
  WhisperWish wish = card_wish();
  wish.loaded = {{"llama3:8b", gibi(9), gibi(9)}};
  EXPECT_EQ(chosen(whisper_steps(wish, two, kReserves)).device, "cuda:1");
  wish.unloading = Unloading::Allowed;
  const WhisperStep step = chosen(whisper_steps(wish, two, kReserves));
  EXPECT_EQ(step.device, "cuda:0");
  EXPECT_EQ(step.kind, WhisperStepKind::AsWished);
  EXPECT_EQ(step.available, gibi(11.5));
  EXPECT_THAT(step.unload, testing::ElementsAre("llama3:8b"));
  // A model on both cards frees on each what is held there; never more than Ollama itself tells.
  two.gpus[1].holders.push_back({813, "ollama", gibi(2)});
  wish.loaded = {{"llama3:70b", gibi(30), gibi(8)}};
  EXPECT_EQ(held_by_ollama(two, two.gpus[0], gibi(8)), gibi(8));
  EXPECT_EQ(held_by_ollama(two, two.gpus[1], gibi(8)), gibi(2));
  // Where the driver does not tell whose memory it is, only what is free counts.
  for (GpuState& card : two.gpus) card.holders = {{0, "another program", 0}};
  EXPECT_EQ(chosen(whisper_steps(wish, two, kReserves)).device, "cuda:1");
  EXPECT_EQ(chosen(whisper_steps(wish, two, kReserves)).available, gibi(4.5));
}

TEST(WhisperLadder, WithoutHostMemoryTheCardAloneIsNoHelp) {
  const auto steps = whisper_steps(card_wish(), machine({12, 11}, {4, 1.4}), kReserves);
  EXPECT_EQ(steps.front().fit, Fit::No);
  EXPECT_THAT(steps.front().text, HasSubstr("of the machine's memory"));
}

TEST(WhisperLadder, OnTheCpuTheBatchShrinksFirst) {
  WhisperWish wish = speech_wish(base_model());
  int last = 8;
  for (double free = 2; free >= 1.05; free -= 0.01) {
    const auto steps = whisper_steps(wish, machine({}, {8, free}), kReserves);
    if (!first_that_fits(steps)) break;
    EXPECT_LE(chosen(steps).batch, last);
    last = chosen(steps).batch;
  }
  EXPECT_EQ(last, 2);  // below that, loading the model needs most
}

TEST(WhisperLadder, AModelWithoutShapeStaysOffTheCard) {
  WhisperWish wish = card_wish();
  wish.model.shape.reset();
  for (const WhisperStep& step : whisper_steps(wish, machine({24, 24}, {32, 24}), kReserves))
    EXPECT_EQ(step.device, "cpu");
}

TEST(WhisperLadder, NothingFitsIsSaid) {
  const auto steps = whisper_steps(card_wish(), machine({12, 0.2}, {1, 0.6}), kReserves);
  EXPECT_FALSE(first_that_fits(steps));
  for (const WhisperStep& step : steps) EXPECT_THAT(step.text, HasSubstr("are available"));
}

}  // namespace
}  // namespace skald
