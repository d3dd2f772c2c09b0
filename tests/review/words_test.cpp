#include "domain/review/words.hpp"

#include <gtest/gtest.h>

#include "table.hpp"

namespace skald {
namespace {

TEST(Words, KeepTheirTimesWhereTheyStay) {
  const Segment segment = said(0, 4, "A", "the bell tolls twice");
  const auto words = retimed(segment.words, "The old bell tolled, twice.", segment.span);
  ASSERT_EQ(words.size(), 5U);
  EXPECT_EQ(words[0].text, " The");
  EXPECT_EQ(words[0].span, segment.words[0].span);
  EXPECT_EQ(words[0].probability, 0.5);
  EXPECT_EQ(words[2].span, segment.words[1].span);
  EXPECT_EQ(words[3].text, " tolled,");
  EXPECT_EQ(words[3].span, segment.words[2].span);  // the time between its neighbours
  EXPECT_EQ(words[3].probability, 1);
  EXPECT_EQ(words[4].text, " twice.");
  EXPECT_EQ(words[4].span, segment.words[3].span);
}

TEST(Words, OfATextThatNobodyRecognisedShareTheTime) {
  const auto words = retimed({}, "abcd ab", {{10}, {13}});
  ASSERT_EQ(words.size(), 2U);
  EXPECT_DOUBLE_EQ(words[0].span.start.value, 10);
  EXPECT_GT(words[0].span.length(), words[1].span.length());
  EXPECT_EQ(words[0].span.end, words[1].span.start);
  EXPECT_DOUBLE_EQ(words[1].span.end.value, 13);
}

TEST(Words, InPiecesAreJoined) {
  const std::vector<Word> pieces = {
      {{{0}, {1}}, " don", 0.9}, {{{1}, {2}}, "'t", 0.7}, {{{2}, {3}}, " go", 0.8}};
  const auto words = retimed(pieces, "don't go", {{0}, {3}});
  ASSERT_EQ(words.size(), 2U);
  EXPECT_DOUBLE_EQ(words[0].span.end.value, 2);
  EXPECT_DOUBLE_EQ(words[0].probability, 0.7);
}

TEST(Words, OfASegmentAreThoseRecognisedOnlyWhereTheyMakeUpItsText) {
  Segment segment = said(0, 4, "A", "the bell tolls twice");
  EXPECT_EQ(words_of(segment).size(), 4U);
  EXPECT_EQ(words_of(segment)[0].probability, 0.5);
  segment.text = "bell";
  ASSERT_EQ(words_of(segment).size(), 1U);
  EXPECT_EQ(words_of(segment)[0].span, segment.words[1].span);
}

TEST(Words, OfAVeryLongTextAreTimedToo) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "word ";
  const std::vector<Word> known(1000, Word{{{0}, {1}}, " word", 1});
  const auto words = retimed(known, text, {{0}, {100}});
  ASSERT_EQ(words.size(), 5000U);
  EXPECT_DOUBLE_EQ(words.back().span.end.value, 100);
}

}  // namespace
}  // namespace skald
