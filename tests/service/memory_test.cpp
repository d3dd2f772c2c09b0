#include "service/session/memory.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kBase = 145 * kMega;

TEST(MemoryLimit, NeedCoversWhatWasMeasuredWithoutDoublingIt) {
  for (const auto& [batch, measured] : {std::pair{1, 528}, {2, 528}, {4, 572}, {8, 674}, {16, 870}}) {
    EXPECT_GT(transcriber_need(kBase, batch), measured * 1049 * kMega / 1000) << batch;
    EXPECT_LT(transcriber_need(kBase, batch), measured * 1350 * kMega / 1000) << batch;
  }
}

TEST(MemoryLimit, NoLimitLeavesTheChoiceToTheWorker) {
  EXPECT_EQ(batch_within(0, kBase).value(), 0);
}

TEST(MemoryLimit, SmallerLimitMeansSmallerBatch) {
  int last = batch_within(2000 * kMega, kBase).value();
  EXPECT_EQ(last, 8);
  for (std::uint64_t limit = 1000; limit >= 650; limit -= 50) {
    const int batch = batch_within(limit * kMega, kBase).value();
    EXPECT_LE(batch, last);
    EXPECT_LE(transcriber_need(kBase, batch), limit * kMega);
    last = batch;
  }
  EXPECT_LT(last, 8);
}

TEST(MemoryLimit, WhatCannotFitIsSaidWithBothFigures) {
  const auto batch = batch_within(300 * kMega, kBase);
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().code, ErrorCode::OutOfMemory);
  EXPECT_NE(batch.error().message.find("300 MB"), std::string::npos);
}

}  // namespace
}  // namespace skald
