// Where a text may hide a name, and how a text written with the names in mind mends it.
#include "engines/whisper/names.hpp"

#include <gtest/gtest.h>

namespace skald::whisper {
namespace {

std::vector<Word> words(const std::vector<std::string>& texts, double probability = 0.3, double from = 0) {
  std::vector<Word> out;
  for (const std::string& text : texts) {
    out.push_back({{{from}, {from + 0.4}}, " " + text, probability});
    from += 0.5;
  }
  return out;
}

std::string text(const std::vector<Word>& found) {
  std::string out;
  for (const Word& w : found) out += w.text;
  return out;
}

NameList list(std::string_view names) {
  return NameList(names, [](std::string_view word) { return word == "Gate"; });
}

TEST(SoundsAlike, WhatOneHearsCounts) {
  EXPECT_DOUBLE_EQ(sounds_alike("Kardrivel", "kardrivel!"), 1);
  EXPECT_GT(sounds_alike("Eskireth", "Ezkareth"), 0.9);
  EXPECT_GT(sounds_alike("my cath", "Malkath"), 0.7);
  EXPECT_LT(sounds_alike("whatever", "Malkath"), 0.4);
  EXPECT_DOUBLE_EQ(sounds_alike("", "Malkath"), 0);
  EXPECT_DOUBLE_EQ(sounds_alike("Zoë", "Zoë"), 1);
}

TEST(NameList, SuspectsWhatSoundsLikeAName) {
  const NameList names = list("Kardrivel, Malkath\nGate, Bo");
  EXPECT_TRUE(names.may_be_meant(words({"to", "Cardreveld", "leads"})));
  EXPECT_TRUE(names.may_be_meant(words({"sent", "my", "cath,", "after"})));
  EXPECT_FALSE(names.may_be_meant(words({"the", "farms", "burned", "down"})));
  EXPECT_FALSE(names.may_be_meant(words({"to", "Kardrivel.", "Malkath's", "friend"})));  // right already
  EXPECT_FALSE(names.may_be_meant(words({"the", "gait", "both"})));  // ordinary, or too short
  EXPECT_FALSE(names.may_be_meant({}));
  EXPECT_TRUE(list("Gate, Bo").empty());
  EXPECT_TRUE(list("").empty());
}

TEST(NameList, IsHarderToConvinceWhereTheModelWasSure) {
  const NameList names = list("Malkath");
  EXPECT_TRUE(names.may_be_meant(words({"my", "cath"}, 0.3)));
  EXPECT_FALSE(names.may_be_meant(words({"my", "cath"}, 0.99)));
}

TEST(NameList, TakesNamesAndNothingElse) {
  const NameList names = list("Kardrivel, Malkath");
  const auto plain = words({"The", "road", "to", "Card", "revel", "is", "long."});
  const auto prompted = words({"A", "road", "to", "Kardrivel,", "is", "short."});
  const auto mended = names.mended(plain, prompted);
  EXPECT_EQ(text(mended), " The road to Kardrivel, is long.");
  for (std::size_t i = 1; i < mended.size(); ++i) {
    EXPECT_LE(mended[i - 1].span.start, mended[i].span.start);
    EXPECT_LE(mended[i].span.start, mended[i].span.end);
  }
}

TEST(NameList, DoesNotTakeANameThatSoundsLikeSomethingElse) {
  const NameList names = list("Kardrivel, Malkath");
  const auto plain = words({"He", "whistles", "a", "song"});
  EXPECT_EQ(text(names.mended(plain, words({"He", "Malkath", "a", "song"}))), text(plain));
  EXPECT_EQ(text(names.mended(plain, words({"He", "whistles", "a", "song", "Kardrivel"}))), text(plain));
  EXPECT_EQ(text(names.mended(plain, {})), text(plain));
  EXPECT_TRUE(names.mended({}, words({"Kardrivel"})).empty());
}

}  // namespace
}  // namespace skald::whisper
