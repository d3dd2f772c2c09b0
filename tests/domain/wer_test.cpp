#include "domain/metrics/wer.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "drawn.hpp"
#include "formats/json.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

TEST(Normaliser, CountsWordsAsErrorRatesDo) {
  EXPECT_THAT(normalised_words("Hello, World!"), ElementsAre("hello", "world"));
  EXPECT_THAT(normalised_words("  It's 3.5 miles -- away\n"), ElementsAre("it's", "35", "miles", "away"));
  EXPECT_THAT(normalised_words("well-known twenty\u2010one"), ElementsAre("well", "known", "twenty", "one"));
  EXPECT_THAT(normalised_words("zo'n caf\u00E9, \u00C9\u00C9N d\u00E9 kans"),
              ElementsAre("zo'n", "caf\u00E9", "\u00E9\u00E9n", "d\u00E9", "kans"));
  EXPECT_THAT(normalised_words("don\u2019t"), ElementsAre("don't"));
  EXPECT_THAT(normalised_words("\uFB01ne \uFF21\uFF22"), ElementsAre("fine", "ab"));  // NFKC: ligature, wide
  EXPECT_THAT(normalised_words("e\u0301en"), ElementsAre("\u00E9en"));                // composed
  EXPECT_THAT(normalised_words("N_E_Z"), ElementsAre("nez"));
  EXPECT_THAT(normalised_words("... - ' ?! \u2026"), IsEmpty());
  EXPECT_THAT(normalised_words(""), IsEmpty());
  EXPECT_THAT(normalised_words("\u0394\u03A3 \u0416"), ElementsAre("\u03B4\u03C2", "\u0436"));
}

RC_GTEST_PROP(Normaliser, IsAtRestWithItsOwnResult, (const std::string& text)) {
  const Words once = normalised_words(text);
  std::string joined;
  for (const std::string& word : once) joined += word + ' ';
  RC_ASSERT(normalised_words(joined) == once);
}

struct Counted {
  const char *reference, *hypothesis;
  std::size_t substitutions, deletions, insertions;
};

class WerByHand : public ::testing::TestWithParam<Counted> {};

TEST_P(WerByHand, CountsEachKindOfError) {
  const Counted& c = GetParam();
  const WordErrors errors = word_errors(normalised_words(c.reference), normalised_words(c.hypothesis));
  EXPECT_EQ(errors.words, normalised_words(c.reference).size());
  EXPECT_EQ(errors.substitutions, c.substitutions);
  EXPECT_EQ(errors.deletions, c.deletions);
  EXPECT_EQ(errors.insertions, c.insertions);
}

INSTANTIATE_TEST_SUITE_P(Table, WerByHand,
                         ::testing::Values(Counted{"a b c", "a b c", 0, 0, 0}, Counted{"a b c", "", 0, 3, 0},
                                           Counted{"", "a b", 0, 0, 2}, Counted{"", "", 0, 0, 0},
                                           Counted{"a b c", "a x c", 1, 0, 0},
                                           Counted{"a b c", "a c", 0, 1, 0}, Counted{"a c", "a b c", 0, 0, 1},
                                           Counted{"a b", "c d", 2, 0, 0},
                                           Counted{"a b c d", "b c d e", 0, 1, 1},
                                           Counted{"the hound the hound", "the hound", 0, 2, 0}));

TEST(Wer, HasARateWithoutReferenceWords) {
  EXPECT_EQ(word_errors({}, {}).rate(), 0);
  EXPECT_EQ(word_errors({}, {"a", "b"}).rate(), 1);
  EXPECT_EQ(word_errors({"a"}, {"b", "c"}).rate(), 2);
}

struct MeasuredWords {
  int seed, words, rate, vocabulary;
  std::size_t errors;
};

class WerOfDrawnTexts : public ::testing::TestWithParam<MeasuredWords> {};

TEST_P(WerOfDrawnTexts, EqualsJiwer) {
  const MeasuredWords& m = GetParam();
  Draw draw(static_cast<std::uint64_t>(m.seed));
  const Words reference = drawn_words(draw, m.words, m.vocabulary);
  const Words hypothesis = edited(draw, reference, m.rate, m.vocabulary);
  const WordErrors errors = word_errors(reference, hypothesis);
  EXPECT_EQ(errors.errors(), m.errors);
  EXPECT_EQ(errors.words - errors.deletions + errors.insertions, hypothesis.size());
}

// substitutions + deletions + insertions of jiwer 4.0.0, process_words().
INSTANTIATE_TEST_SUITE_P(Table, WerOfDrawnTexts,
                         ::testing::Values(MeasuredWords{1, 5, 10, 4, 2}, MeasuredWords{2, 63, 5, 20, 7},
                                           MeasuredWords{3, 64, 10, 20, 17}, MeasuredWords{4, 65, 20, 5, 31},
                                           MeasuredWords{5, 200, 15, 50, 84},
                                           MeasuredWords{6, 500, 30, 30, 361},
                                           MeasuredWords{7, 128, 3, 200, 19},
                                           MeasuredWords{8, 1000, 10, 300, 285},
                                           MeasuredWords{9, 40, 33, 2, 14}));

// The textbook's table, for comparison.
std::size_t table_distance(const std::vector<int>& a, const std::vector<int>& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

RC_GTEST_PROP(Wer, FindsTheFewestEdits, ()) {
  const auto number = rc::gen::inRange(0, 6);
  const auto a = *rc::gen::scale(3.0, rc::gen::container<std::vector<int>>(number));
  const auto b = *rc::gen::scale(3.0, rc::gen::container<std::vector<int>>(number));
  Words first, second;
  for (const int n : a) first.push_back(std::to_string(n));
  for (const int n : b) second.push_back(std::to_string(n));
  const WordErrors errors = word_errors(first, second);
  RC_ASSERT(errors.errors() == table_distance(a, b));
  RC_ASSERT(errors.words == first.size());
  RC_ASSERT(first.size() - errors.deletions + errors.insertions == second.size());
  const WordErrors back = word_errors(second, first);
  RC_ASSERT(back.errors() == errors.errors());
  RC_ASSERT(back.substitutions == errors.substitutions);
}

struct MeasuredSpeakers {
  int seed, reference, hypothesis, words, rate;
  std::size_t errors, length;
};

class CpWerOfDrawnTexts : public ::testing::TestWithParam<MeasuredSpeakers> {
 protected:
  void SetUp() override {
    const MeasuredSpeakers& m = GetParam();
    constexpr int vocabulary = 12;
    Draw draw(static_cast<std::uint64_t>(m.seed));
    for (int i = 0; i < m.reference; ++i)
      reference_.push_back(
          {"r" + std::to_string(i), drawn_words(draw, m.words + draw.below(m.words), vocabulary)});
    for (int j = 0; j < m.hypothesis; ++j) {
      const Words& source = reference_[static_cast<std::size_t>((j + 1) % m.reference)].words;
      hypothesis_.push_back({"h" + std::to_string(j), j < m.reference
                                                          ? edited(draw, source, m.rate, vocabulary)
                                                          : drawn_words(draw, m.words / 2, vocabulary)});
    }
  }
  std::vector<SpeakerWords> reference_, hypothesis_;
};

TEST_P(CpWerOfDrawnTexts, EqualsMeetEval) {
  const SpeakerWordErrors result = speaker_word_errors(reference_, hypothesis_);
  EXPECT_EQ(result.errors.errors(), GetParam().errors);
  EXPECT_EQ(result.errors.words, GetParam().length);
}

TEST_P(CpWerOfDrawnTexts, DoesNotDependOnTheOrderOfSpeakers) {
  std::reverse(reference_.begin(), reference_.end());
  std::rotate(hypothesis_.begin(), hypothesis_.begin() + 1, hypothesis_.end());
  EXPECT_EQ(speaker_word_errors(reference_, hypothesis_).errors.errors(), GetParam().errors);
}

// errors and length of meeteval 0.4.3, cp_word_error_rate().
INSTANTIATE_TEST_SUITE_P(
    Table, CpWerOfDrawnTexts,
    ::testing::Values(MeasuredSpeakers{1, 2, 2, 20, 10, 19, 70}, MeasuredSpeakers{2, 3, 3, 60, 20, 148, 290},
                      MeasuredSpeakers{3, 4, 2, 30, 10, 125, 201}, MeasuredSpeakers{4, 2, 5, 30, 15, 83, 106},
                      MeasuredSpeakers{5, 5, 5, 100, 25, 443, 732}, MeasuredSpeakers{6, 1, 1, 10, 5, 1, 12},
                      MeasuredSpeakers{7, 6, 6, 80, 30, 442, 643}));

TEST(CpWer, PairsSpeakersAndCountsThoseLeftOver) {
  const std::vector<SpeakerWords> reference = {{"Ann", {"a", "b", "c"}}, {"Ben", {"d", "e"}}};
  const std::vector<SpeakerWords> hypothesis = {{"S0", {"d", "e"}}, {"S1", {"a", "b"}}, {"S2", {"x"}}};
  const SpeakerWordErrors result = speaker_word_errors(reference, hypothesis);
  EXPECT_EQ(result.errors.deletions, 1u);
  EXPECT_EQ(result.errors.insertions, 1u);
  EXPECT_EQ(result.errors.substitutions, 0u);
  ASSERT_EQ(result.pairs.size(), 3u);
  EXPECT_EQ(result.pairs[0].hypothesis, "S1");
  EXPECT_EQ(result.pairs[1].hypothesis, "S0");
  EXPECT_EQ(result.pairs[2].reference, "");
  EXPECT_EQ(result.pairs[2].errors.insertions, 1u);
  EXPECT_EQ(speaker_word_errors({}, {}).errors.rate(), 0);
}

// The peer's word error rates of real clips were counted by another program with the same normaliser; those
// of conversations against another order of words.
TEST(Wer, EqualsTheRatesThatWereMeasuredOnRealClips) {
  SKALD_NEED_SHARED(manifest, "testdata/MANIFEST.json");
  const auto json = read_json_file(manifest);
  ASSERT_TRUE(json);
  int compared = 0;
  for (const Json& clip : *json) {
    if (!clip["peer_wer"].is_number() || clip["kind"].get<std::string>().find("_asr") == std::string::npos)
      continue;
    const WordErrors errors = word_errors(normalised_words(clip["transcript"].get<std::string>()),
                                          normalised_words(clip["peer_text"].get<std::string>()));
    EXPECT_NEAR(errors.rate() * 100, clip["peer_wer"].get<double>(), 0.0501) << clip["path"];
    ++compared;
  }
  EXPECT_GE(compared, 50);
}

}  // namespace
}  // namespace skald
