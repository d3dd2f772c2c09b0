// The head: its file, damaged in every way, and its votes.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "classify/sample_head.hpp"
#include "classify/sealed.hpp"

namespace skald {
namespace {

using classify::Head;

Result<Head> parse_head_file(const std::string& bytes) {
  return classify::parse_head(std::as_bytes(std::span(bytes)), "head.bin");
}

TEST(HeadFile, ComesBackAsItWasWritten) {
  Head head = sample_head();
  head.chain.flow[1][2] = -0.75;
  head.chain.slope = {0.5, 0.6, 0.7};
  head.chain.offset = {0.1, 0.2, -0.3};
  const std::string bytes = head_bytes(head);
  const auto read = parse_head_file(bytes);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(head_bytes(*read), bytes);
  EXPECT_EQ(read->words, head.words);
  EXPECT_EQ(read->chain.flow, head.chain.flow);
  EXPECT_EQ(read->chain.offset, head.chain.offset);
}

TEST(HeadFile, RefusesEveryShorterFile) {
  const std::string bytes = head_bytes(sample_head());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = parse_head_file(bytes.substr(0, length));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error().code, ErrorCode::InvalidModel);
    EXPECT_NE(cut.error().message.find("head.bin"), std::string::npos);
    if (length < 8) continue;
    EXPECT_FALSE(parse_head_file(resealed(bytes.substr(0, length)))) << length;
  }
}

TEST(HeadFile, RefusesEveryFlippedBit) {
  const std::string bytes = head_bytes(sample_head());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(parse_head_file(flipped)) << bit;
  }
}

// With a right checksum: either refused, or a head that can be used and written.
TEST(HeadFile, SurvivesAnyContent) {
  const std::string bytes = head_bytes(sample_head());
  std::mt19937 random(4);
  int taken = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string changed = bytes;
    for (int n = 1 + static_cast<int>(random() % 4); n > 0; --n)
      changed[random() % changed.size()] = static_cast<char>(random());
    const auto head = parse_head_file(resealed(changed));
    if (!head) continue;
    ++taken;
    const std::vector<float> embedding(head->size(), 0.5F);
    (void)head->votes(embedding, "you roll");
    EXPECT_FALSE(head_bytes(*head).empty());
  }
  EXPECT_GT(taken, 0);
}

TEST(HeadFile, RefusesNumbersThatAreNone) {
  Head head = sample_head();
  head.own[0][0] = std::nanf("");
  EXPECT_FALSE(parse_head_file(head_bytes(head)));
  head = sample_head();
  head.words = {"you", "roll"};
  EXPECT_FALSE(parse_head_file(head_bytes(head)));
}

TEST(Head, VotesByEmbeddingAndKnownWords) {
  const Head head = sample_head();
  const std::vector<float> one = {1};
  const auto plain = head.votes(one, "nothing known");
  EXPECT_FLOAT_EQ(plain.own[classify::kIC], 2);
  EXPECT_FLOAT_EQ(plain.for_next[classify::kOOC], -0.5);
  EXPECT_FLOAT_EQ(plain.for_previous[classify::kIC], 0.25);
  const auto rolled = head.votes(one, "Roll! ROLL, roll.");
  EXPECT_FLOAT_EQ(rolled.own[classify::kOOC], -2 + 0.5 * 6);
  const auto both = head.word_shares("you roll");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NEAR(both[0].second * both[0].second + both[1].second * both[1].second, 0.25, 1e-6);
  EXPECT_GT(both[0].second, both[1].second);
}

TEST(Head, ProbabilitiesOfAQuestionSumToOne) {
  const auto p = classify::softmax({1, 2, 3, 0, 0, 0, 500, -500}, classify::kLeader);
  EXPECT_DOUBLE_EQ(p[0], 1);
  const auto q = classify::softmax({1, 2, 3, 0, 0, 0, 0, 0}, classify::kLabel);
  EXPECT_NEAR(q[0] + q[1] + q[2], 1, 1e-12);
  EXPECT_GT(q[2], q[1]);
}

}  // namespace
}  // namespace skald
