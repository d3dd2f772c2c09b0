// What CTranslate2 says of a card becomes an error that helps.
#include "engines/whisper/cuda_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skald::whisper {
namespace {

using testing::HasSubstr;

TEST(CudaFailure, MemoryThatDoesNotSufficeIsOutOfMemory) {
  for (const char* text :
       {"CUDA failed with error out of memory", "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED",
        "cuBLAS failed with status CUBLAS_STATUS_NOT_INITIALIZED"}) {
    const Error error = cuda_failure(text);
    EXPECT_EQ(error.code, ErrorCode::OutOfMemory) << text;
    EXPECT_THAT(error.message, HasSubstr(text));
    EXPECT_THAT(error.advice, HasSubstr("skald doctor"));
  }
}

TEST(CudaFailure, WhatIsMissingIsNamedWithWhatToInstall) {
  const Error cublas = cuda_failure("Library libcublas.so.12 is not found or cannot be loaded");
  EXPECT_EQ(cublas.code, ErrorCode::Unavailable);
  EXPECT_THAT(cublas.advice, HasSubstr("nvidia-cublas-cu12"));
  for (const char* text :
       {"CUDA failed with error CUDA driver version is insufficient for CUDA runtime version",
        "CUDA failed with error no CUDA-capable device is detected"}) {
    const Error driver = cuda_failure(text);
    EXPECT_EQ(driver.code, ErrorCode::Unavailable) << text;
    EXPECT_THAT(driver.advice, HasSubstr("NVIDIA driver")) << text;
  }
}

TEST(CudaFailure, AnyOtherIsTheCardsAndNamesItsText) {
  const Error error = cuda_failure("CUDA failed with error an illegal memory access was encountered");
  EXPECT_EQ(error.code, ErrorCode::Unavailable);
  EXPECT_THAT(error.message, HasSubstr("illegal memory access"));
  EXPECT_THAT(error.advice, HasSubstr("--device cpu"));
}

}  // namespace
}  // namespace skald::whisper
