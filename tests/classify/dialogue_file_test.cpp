// The file of trained weights: read as it was written, and damaged in every way.
#include "engines/e5/dialogue_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "classify/sample_dialogue.hpp"

namespace skald {
namespace {

using e5::DialogueFile;

Result<DialogueFile> parse_dialogue_file(const std::string& bytes) {
  return DialogueFile::parse(std::as_bytes(std::span(bytes)), "dialogue.bin");
}

TEST(DialogueFile, IsReadAsItWasWritten) {
  const std::string bytes = sample_dialogue();
  const auto file = parse_dialogue_file(bytes);
  ASSERT_TRUE(file) << describe(file.error());
  EXPECT_EQ(file->width, 8U);
  EXPECT_EQ(file->heads, 2U);
  ASSERT_EQ(file->layers.size(), 1U);
  const e5::Linear& inner = file->layers[0].inner;
  EXPECT_EQ(inner.outputs, 16U);
  EXPECT_EQ(inner.inputs, 8U);
  EXPECT_EQ(inner.scale, std::vector<float>(16, 0.5F));
  ASSERT_EQ(inner.weights.size(), 128U);
  for (std::size_t i = 0; i < inner.weights.size(); ++i)
    EXPECT_EQ(static_cast<std::int8_t>(inner.weights[i]), static_cast<int>(i % 7) - 3);
  EXPECT_EQ(file->names.size(), 24U);
  EXPECT_EQ(file->head.size(), 128U);
  EXPECT_DOUBLE_EQ(file->share, 0.25);
  EXPECT_DOUBLE_EQ(file->chain.flow[1][2], 5);
  EXPECT_DOUBLE_EQ(file->chain.slope[0], 9);
  EXPECT_DOUBLE_EQ(file->chain.offset[2], 14);
}

TEST(DialogueFile, RefusesEveryShorterFile) {
  const std::string bytes = sample_dialogue();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = parse_dialogue_file(bytes.substr(0, length));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error().code, ErrorCode::InvalidModel);
    EXPECT_NE(cut.error().message.find("dialogue.bin"), std::string::npos);
    if (length < 8) continue;
    EXPECT_FALSE(parse_dialogue_file(resealed(bytes.substr(0, length)))) << length;
  }
  EXPECT_FALSE(parse_dialogue_file(resealed(bytes + "more")));
}

TEST(DialogueFile, RefusesFlippedBits) {
  const std::string bytes = sample_dialogue();
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 3) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(parse_dialogue_file(flipped)) << bit;
  }
}

TEST(DialogueFile, RefusesNumbersThatAreNone) {
  EXPECT_FALSE(parse_dialogue_file(sample_dialogue(std::nanf(""))));
  EXPECT_FALSE(parse_dialogue_file(sample_dialogue(std::numeric_limits<float>::infinity())));
}

// With a right checksum: either refused, or whole.
TEST(DialogueFile, SurvivesAnyContent) {
  const std::string bytes = sample_dialogue();
  std::mt19937 random(4);
  int taken = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string changed = bytes;
    const std::size_t within = round % 2 ? changed.size() : 48;  // half of them in the sizes
    for (int n = 1 + static_cast<int>(random() % 4); n > 0; --n)
      changed[random() % within] = static_cast<char>(random());
    const auto file = parse_dialogue_file(resealed(changed));
    if (!file) continue;
    ++taken;
    for (const auto& layer : file->layers)
      EXPECT_EQ(layer.outer.weights.size(), layer.outer.outputs * layer.outer.inputs);
  }
  EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace skald
