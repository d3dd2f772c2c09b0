#include "pipeline/memory/need.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kBase = 145 * kMega;

TEST(CpuNeed, CoversWhatWasMeasuredWithoutDoublingIt) {
  for (const auto& [batch, measured] : {std::pair{1, 528}, {2, 528}, {4, 572}, {8, 674}, {16, 870}}) {
    EXPECT_GT(whisper_cpu_need(kBase, batch).host_bytes, measured * 1049 * kMega / 1000) << batch;
    EXPECT_LT(whisper_cpu_need(kBase, batch).host_bytes, measured * 1350 * kMega / 1000) << batch;
  }
}

// An hour of speech, base, 16 chunks at a time: 954 MB; four hours: 911 MB without the mapped recording.
TEST(CpuNeed, CoversLongRecordings) {
  const int batch = usual_cpu_batch(whisper_shape(512, 6, 6, 51865, 80));
  EXPECT_EQ(batch, 16);
  EXPECT_GT(whisper_cpu_need(kBase, batch).host_bytes, 954 * 1050 * kMega / 1000);
  EXPECT_LT(whisper_cpu_need(kBase, batch).host_bytes, 954 * 1250 * kMega / 1000);
}

TEST(CpuNeed, LargerModelsTakeFewerChunksAtATime) {
  EXPECT_EQ(usual_cpu_batch(whisper_shape(384, 4, 4, 51865, 80)), 16);
  EXPECT_EQ(usual_cpu_batch(whisper_shape(768, 12, 12, 51865, 80)), 5);
  EXPECT_EQ(usual_cpu_batch(whisper_shape(1024, 24, 24, 51865, 80)), 2);
  EXPECT_EQ(usual_cpu_batch(whisper_shape(1280, 32, 32, 51866, 128)), 1);
  EXPECT_EQ(usual_cpu_batch(whisper_shape(1280, 32, 4, 51866, 128)), 10);
}

TEST(CpuNeed, NoLimitLeavesTheChoiceToTheWorker) {
  EXPECT_EQ(cpu_batch_within(0, kBase).value(), 0);
}

TEST(CpuNeed, SmallerLimitMeansSmallerBatch) {
  int last = cpu_batch_within(2000 * kMega, kBase).value();
  EXPECT_EQ(last, 8);
  for (std::uint64_t limit = 1000; limit >= 650; limit -= 50) {
    const int batch = cpu_batch_within(limit * kMega, kBase).value();
    EXPECT_LE(batch, last);
    EXPECT_LE(whisper_cpu_need(kBase, batch).host_bytes, limit * kMega);
    last = batch;
  }
  EXPECT_LT(last, 8);
}

TEST(CpuNeed, WhatCannotFitIsSaidWithBothFigures) {
  const auto batch = cpu_batch_within(300 * kMega, kBase);
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().code, ErrorCode::OutOfMemory);
  EXPECT_NE(batch.error().message.find("300 MB"), std::string::npos);
}

TEST(CpuNeed, TakesNoCard) {
  for (const Need& need :
       {media_need(), listen_need(), diarize_need(), classify_need(), whisper_cpu_need(kBase, 8)}) {
    EXPECT_EQ(need.gpu_bytes, 0U);
    EXPECT_GT(need.host_bytes, 50 * kMega);
  }
}

TEST(CudaNeed, CountsTheParametersOfPublishedModels) {
  const auto millions = [](const WhisperShape& shape) {
    return static_cast<double>(shape.matrix_parameters + shape.other_parameters) / 1e6;
  };
  // tiny 39, base 74, small 244, medium 769, large 1550, turbo 809 million.
  EXPECT_NEAR(millions(whisper_shape(384, 4, 4, 51865, 80)), 38, 1.5);
  EXPECT_NEAR(millions(whisper_shape(512, 6, 6, 51865, 80)), 74, 2);
  EXPECT_NEAR(millions(whisper_shape(768, 12, 12, 51865, 80)), 244, 4);
  EXPECT_NEAR(millions(whisper_shape(1024, 24, 24, 51865, 80)), 769, 8);
  EXPECT_NEAR(millions(whisper_shape(1280, 32, 32, 51865, 80)), 1550, 16);
  EXPECT_NEAR(millions(whisper_shape(1280, 32, 4, 51866, 128)), 809, 9);
}

// Peaks that the project of faster-whisper publishes for large-v2 on an RTX 3070 Ti, beam 5.
TEST(CudaNeed, IsWithinATenthOfPublishedPeaks) {
  struct Row {
    WhisperPrecision precision;
    int batch;
    double megabytes;
  };
  const WhisperShape large = whisper_shape(1280, 32, 32, 51865, 80);
  for (const Row& row :
       {Row{WhisperPrecision::Float16, 1, 4525}, Row{WhisperPrecision::Float16, 8, 6090},
        Row{WhisperPrecision::Int8Float16, 1, 2926}, Row{WhisperPrecision::Int8Float16, 8, 4500}}) {
    const double computed =
        static_cast<double>(whisper_cuda_need(large, row.precision, row.batch, 5).gpu_bytes) / 1e6;
    EXPECT_NEAR(computed / row.megabytes, 1.0, 0.1) << to_string(row.precision) << " batch " << row.batch;
  }
}

TEST(CudaNeed, GrowsWithBatchBeamAndPrecision) {
  const WhisperShape small = whisper_shape(768, 12, 12, 51865, 80);
  const auto need = [&](WhisperPrecision precision, int batch, int beam) {
    return whisper_cuda_need(small, precision, batch, beam).gpu_bytes;
  };
  EXPECT_LT(need(WhisperPrecision::Int8Float16, 8, 1), need(WhisperPrecision::Float16, 8, 1));
  EXPECT_LT(need(WhisperPrecision::Float16, 8, 1), need(WhisperPrecision::Float32, 8, 1));
  EXPECT_LT(need(WhisperPrecision::Float16, 8, 1), need(WhisperPrecision::Float16, 16, 1));
  EXPECT_LT(need(WhisperPrecision::Float16, 64, 1), need(WhisperPrecision::Float16, 64, 5));
  const Need one = whisper_cuda_need(small, WhisperPrecision::Float16, 1, 1);
  std::uint64_t sum = 0;
  for (const NeedPart& part : one.parts) sum += part.bytes;
  EXPECT_EQ(sum, one.gpu_bytes);
}

}  // namespace
}  // namespace skald
