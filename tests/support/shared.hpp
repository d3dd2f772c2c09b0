// Test data outside the project: real speech with truth, kept beside the checkout. Absent: the test is
// skipped, with a word.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>

#define SKALD_NEED_SHARED(variable, relative)                                                  \
  const std::filesystem::path variable = std::filesystem::path(SKALD_SHARED_DIR) / (relative); \
  if (!std::filesystem::exists(variable)) GTEST_SKIP() << "not beside this checkout: shared/" << (relative)

// A staged model; `make` fetches them all, so only unusual builds lack one.
#define SKALD_NEED_MODEL(variable, relative)                                                   \
  const std::filesystem::path variable = std::filesystem::path(SKALD_MODELS_DIR) / (relative); \
  if (!std::filesystem::exists(variable)) GTEST_SKIP() << "model not staged: " << (relative)
