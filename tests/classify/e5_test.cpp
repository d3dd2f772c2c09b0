#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/files.hpp"
#include "classify/oracle.hpp"
#include "classify/texts.hpp"
#include "engines/e5/batches.hpp"
#include "engines/e5/encoder.hpp"
#include "engines/e5/tokenizer.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

constexpr const char* kModel = "e5-small/e5-small-q4.bin";

std::vector<std::string> all_texts() {
  std::vector<std::string> texts = kTexts;
  const auto random = random_texts(2000);
  texts.insert(texts.end(), random.begin(), random.end());
  return texts;
}

TEST(Tokenizer, EqualsTheModelsOwn) {
  SKALD_NEED_MODEL(path, kModel);
  const auto mapped = MappedFile::open(path);
  ASSERT_TRUE(mapped);
  const auto file = e5::ModelFile::parse(mapped->bytes(), path.string());
  ASSERT_TRUE(file) << describe(file.error());
  const e5::Tokenizer tokenizer(file->vocabulary());
  const Oracle oracle(path.string());
  ASSERT_TRUE(oracle.loaded());
  for (const std::string& text : all_texts()) EXPECT_EQ(tokenizer.ids(text), oracle.tokens(text)) << text;
}

TEST(Tokenizer, ReadsDamagedTextAndKeepsSpecialTokensText) {
  SKALD_NEED_MODEL(path, kModel);
  const auto mapped = MappedFile::open(path);
  const auto file = e5::ModelFile::parse(mapped->bytes(), path.string());
  ASSERT_TRUE(file);
  const e5::Tokenizer tokenizer(file->vocabulary());
  EXPECT_EQ(tokenizer.ids("a\xFF b"), tokenizer.ids("a\uFFFD b"));
  for (const int id : tokenizer.ids("</s><pad><s>")) EXPECT_NE(id, file->vocabulary().end);
}

double cosine(const float* a, const float* b, std::size_t n) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < n; ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return ab / std::sqrt(aa * bb);
}

// The oracle rounds activations to 8 bits before every matrix; this encoder computes in f32. Over texts of
// all kinds that leaves a cosine of at least 0.995.
class InNumbers : public testing::TestWithParam<e5::Arithmetic> {};

INSTANTIATE_TEST_SUITE_P(Encoder, InNumbers, testing::Values(e5::Arithmetic::F32, e5::Arithmetic::EightBits));

TEST_P(InNumbers, EqualsTheModelsOwnUpToItsRounding) {
  SKALD_NEED_MODEL(path, kModel);
  auto encoder = e5::Encoder::load({path, 2, {12}, GetParam()});
  ASSERT_TRUE(encoder) << describe(encoder.error());
  const Oracle oracle(path.string());
  std::vector<std::string> texts = kTexts;
  std::string longer;
  for (int i = 0; i < 40; ++i) longer += "The road goes on through the reeds, and nobody speaks. ";
  texts.push_back(longer.substr(0, 500));
  const auto mine = encoder->embed(texts);
  ASSERT_TRUE(mine) << describe(mine.error());
  const auto theirs = oracle.embed(texts);
  ASSERT_EQ(mine->size(), theirs.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_GE(cosine(&(*mine)[i * 384], &theirs[i * 384], 384), 0.995) << texts[i];
}

TEST_P(InNumbers, AnEmbeddingDependsOnItsTextOnly) {
  SKALD_NEED_MODEL(path, kModel);
  auto encoder = e5::Encoder::load({path, 2, {6, 9, 12}, GetParam()});
  ASSERT_TRUE(encoder);
  auto texts = kTexts;
  const auto random = random_texts(40);
  texts.insert(texts.end(), random.begin(), random.end());
  const auto together = encoder->embed(texts);
  ASSERT_TRUE(together);
  const std::size_t size = encoder->size();
  std::vector<std::string> reversed(texts.rbegin(), texts.rend());
  const auto backwards = encoder->embed(reversed);
  ASSERT_TRUE(backwards);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const float* row = together->data() + i * size;
    EXPECT_EQ(0, std::memcmp(row, backwards->data() + (texts.size() - 1 - i) * size, size * sizeof(float)))
        << texts[i];
    const auto alone = encoder->embed({&texts[i], 1});
    ASSERT_TRUE(alone);
    EXPECT_EQ(0, std::memcmp(row, alone->data(), size * sizeof(float))) << texts[i];
  }
}

TEST(Encoder, StopsWhenAsked) {
  SKALD_NEED_MODEL(path, kModel);
  auto encoder = e5::Encoder::load({path, 2});
  ASSERT_TRUE(encoder);
  const auto stopped = encoder->embed(kTexts, [] { return true; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(encoder->embed(kTexts));
}

TEST(Batches, HoldEverySequenceOnceInItsOwnShape) {
  std::vector<e5::Sequence> sequences;
  for (std::size_t i = 0; i < 300; ++i) sequences.push_back({i, std::vector<int>(2 + (i * 37) % 127)});
  std::vector<int> seen(sequences.size());
  for (const auto& batch : e5::make_batches(sequences)) {
    EXPECT_LE(batch.sequences.size(), batch.rows);
    for (const std::size_t s : batch.sequences) {
      ++seen[s];
      EXPECT_LE(sequences[s].ids.size(), batch.tokens);
      EXPECT_GT(sequences[s].ids.size() + 8, batch.tokens);
      EXPECT_EQ(e5::make_batches({sequences[s]}).front().rows, batch.rows);
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 300);
}

TEST(Windows, CutLongTextsAndKeepShortOnes) {
  std::vector<int> ids(1000);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int>(i) + 10;
  const auto none = e5::windows(3, std::span(ids).first(0), 0, 2);
  ASSERT_EQ(none.size(), 1U);
  EXPECT_EQ(none[0].ids, (std::vector<int>{0, 2}));
  const auto two = e5::windows(3, std::span(ids).first(127), 0, 2);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].ids.size(), e5::kWindowTokens + 2);
  EXPECT_EQ(two[1].ids, (std::vector<int>{0, 136, 2}));
  EXPECT_EQ(e5::windows(0, ids, 0, 2).size(), e5::kWindowsOfText);
}

}  // namespace
}  // namespace skald
