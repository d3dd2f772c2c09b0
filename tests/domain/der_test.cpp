#include "domain/metrics/der.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "drawn.hpp"

namespace skald {
namespace {

Turn turn(double start, double end, const char* speaker) {
  return {{{start}, {end}}, speaker};
}

struct MeasuredTurns {
  int seed, reference, hypothesis, turns;
  double collar, total, missed, false_alarm, confusion;
};

class DerOfDrawnTurns : public ::testing::TestWithParam<MeasuredTurns> {};

TEST_P(DerOfDrawnTurns, EqualsPyannoteMetrics) {
  const MeasuredTurns& m = GetParam();
  const DrawnTurns drawn = drawn_turns(m.seed, m.reference, m.hypothesis, m.turns);
  const DiarizationErrors errors =
      diarization_errors(drawn.reference, drawn.hypothesis, {.collar = m.collar, .scored = {}});
  EXPECT_NEAR(errors.total, m.total, 1e-4);
  EXPECT_NEAR(errors.missed, m.missed, 1e-4);
  EXPECT_NEAR(errors.false_alarm, m.false_alarm, 1e-4);
  EXPECT_NEAR(errors.confusion, m.confusion, 1e-4);
}

// total, missed detection, false alarm, confusion of pyannote.metrics 4.2.0, DiarizationErrorRate(collar), on
// the support() of both annotations.
INSTANTIATE_TEST_SUITE_P(Table, DerOfDrawnTurns,
                         ::testing::Values(MeasuredTurns{1, 2, 2, 10, 0, 15.79, 4.37, 1.66, 2.07},
                                           MeasuredTurns{1, 2, 2, 10, 0.5, 11.01, 2.26, 1.29, 1.82},
                                           MeasuredTurns{2, 3, 3, 30, 0, 51.16, 9.21, 2.17, 2.00},
                                           MeasuredTurns{2, 3, 3, 30, 0.5, 30.52, 4.93, 0.07, 1.70},
                                           MeasuredTurns{3, 5, 4, 60, 0, 130.09, 19.47, 8.74, 29.53},
                                           MeasuredTurns{3, 5, 4, 60, 0.5, 69.74, 7.08, 3.94, 16.87},
                                           MeasuredTurns{4, 2, 6, 40, 0, 69.68, 5.79, 2.92, 0.18},
                                           MeasuredTurns{4, 2, 6, 40, 0.5, 53.43, 3.26, 0, 0},
                                           MeasuredTurns{5, 4, 1, 20, 0, 36.62, 15.75, 0.96, 8.90},
                                           MeasuredTurns{5, 4, 1, 20, 0.5, 19.71, 7.99, 0, 4.66},
                                           MeasuredTurns{6, 8, 8, 200, 0, 449.49, 57.37, 18.52, 68.64},
                                           MeasuredTurns{6, 8, 8, 200, 0.5, 220.91, 16.69, 1.61, 34.14}));

TEST(Der, TellsMissedFalseAndConfusedSpeechApart) {
  const std::vector<Turn> reference = {turn(0, 10, "A"), turn(10, 20, "B")};
  const std::vector<Turn> hypothesis = {turn(0, 12, "x"), turn(12, 18, "y"), turn(20, 23, "y")};
  const DiarizationErrors errors = diarization_errors(reference, hypothesis);
  EXPECT_DOUBLE_EQ(errors.total, 20);
  EXPECT_DOUBLE_EQ(errors.missed, 2);
  EXPECT_DOUBLE_EQ(errors.false_alarm, 3);
  EXPECT_DOUBLE_EQ(errors.confusion, 2);
  EXPECT_DOUBLE_EQ(errors.rate(), 0.35);
  ASSERT_EQ(errors.pairs.size(), 2u);
  EXPECT_EQ(errors.pairs[1].hypothesis, "y");
  EXPECT_DOUBLE_EQ(errors.pairs[1].seconds, 6);
  EXPECT_DOUBLE_EQ(errors.reference.at("B"), 10);
}

TEST(Der, CountsOverlappedSpeechForEachSpeaker) {
  const std::vector<Turn> reference = {turn(0, 10, "A"), turn(5, 10, "B")};
  const DiarizationErrors errors = diarization_errors(reference, {turn(0, 10, "x")});
  EXPECT_DOUBLE_EQ(errors.total, 15);
  EXPECT_DOUBLE_EQ(errors.missed, 5);
  EXPECT_DOUBLE_EQ(errors.errors(), 5);
}

TEST(Der, CountsAPersonsOwnOverlappingTurnsOnce) {
  const DiarizationErrors errors =
      diarization_errors({turn(0, 6, "A"), turn(4, 10, "A")}, {turn(0, 10, "x"), turn(1, 2, "x")});
  EXPECT_DOUBLE_EQ(errors.total, 10);
  EXPECT_DOUBLE_EQ(errors.errors(), 0);
}

TEST(Der, ScoresOnlyWhatIsToldToCount) {
  const DerOptions options{.collar = 0, .scored = std::vector<Span>{{{0}, {2}}, {{8}, {10}}}};
  const DiarizationErrors errors = diarization_errors({turn(0, 10, "A")}, {turn(1, 9, "x")}, options);
  EXPECT_DOUBLE_EQ(errors.total, 4);
  EXPECT_DOUBLE_EQ(errors.missed, 2);
}

TEST(Der, OfNothingIsZeroAndOfInventedSpeechOne) {
  EXPECT_EQ(diarization_errors({}, {}).rate(), 0);
  EXPECT_EQ(diarization_errors({}, {turn(0, 1, "x")}).rate(), 1);
  EXPECT_EQ(diarization_errors({turn(0, 1, "A")}, {}).rate(), 1);
}

TEST(Without, CutsHolesOutOfSpans) {
  const std::vector<Span> left =
      without({{{0}, {10}}, {{12}, {15}}}, {{{2}, {3}}, {{2.5}, {4}}, {{9}, {13}}});
  const std::vector<Span> expected = {{{0}, {2}}, {{4}, {9}}, {{13}, {15}}};
  EXPECT_EQ(left, expected);
}

RC_GTEST_PROP(Der, OfATurnListWithItselfUnderOtherNamesIsZero, ()) {
  const int speakers = *rc::gen::inRange(1, 7);
  const DrawnTurns drawn =
      drawn_turns(*rc::gen::inRange(1, 100000), speakers, speakers, *rc::gen::inRange(1, 40));
  std::vector<Turn> renamed = drawn.reference;
  for (Turn& t : renamed) t.speaker = "other " + std::string(t.speaker.rbegin(), t.speaker.rend());
  const DiarizationErrors errors = diarization_errors(drawn.reference, renamed);
  RC_ASSERT(errors.errors() < 1e-9);
  RC_ASSERT(errors.total > 0);
}

RC_GTEST_PROP(Der, DoesNotDependOnTheOrderOfTurns, ()) {
  DrawnTurns drawn = drawn_turns(*rc::gen::inRange(1, 100000), 4, 3, 25);
  const DiarizationErrors before = diarization_errors(drawn.reference, drawn.hypothesis);
  std::reverse(drawn.reference.begin(), drawn.reference.end());
  std::reverse(drawn.hypothesis.begin(), drawn.hypothesis.end());
  const DiarizationErrors after = diarization_errors(drawn.reference, drawn.hypothesis);
  RC_ASSERT(before.errors() == after.errors());
  RC_ASSERT(before.total == after.total);
}

}  // namespace
}  // namespace skald
