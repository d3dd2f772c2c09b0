#include "formats/rttm.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace skald {
namespace {

using ::testing::HasSubstr;

TEST(Rttm, IsWrittenAsNistDescribesIt) {
  EXPECT_EQ(to_rttm({{{{0.5}, {1.75}}, "SPEAKER_00"}, {{{1.0004}, {2.0006}}, "Anna van D."}}, "my session"),
            "SPEAKER my_session 1 0.500 1.250 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
            "SPEAKER my_session 1 1.000 1.001 <NA> <NA> Anna_van_D. <NA> <NA>\n");
  EXPECT_EQ(to_rttm({}, "x"), "");
}

TEST(Rttm, IsReadWithTabsCommentsOtherLinesAndAnyOrder) {
  const auto turns = parse_rttm(
      "\xEF\xBB\xBF;; made by hand\r\nSPKR-INFO rec 1 <NA> <NA> <NA> unknown B <NA> <NA>\r\n"
      "SPEAKER rec 1 5,5 1 <NA> <NA> B <NA> <NA>\n\nspeaker\trec\t1\t0.25\t2.5\t<NA>\t<NA>\tA\n",
      "t.rttm");
  ASSERT_TRUE(turns) << turns.error().message;
  ASSERT_EQ(turns->size(), 2u);
  EXPECT_EQ((*turns)[0].speaker, "A");
  EXPECT_EQ((*turns)[0].span, (Span{{0.25}, {2.75}}));
  EXPECT_EQ((*turns)[1].span, (Span{{5.5}, {6.5}}));
}

struct WrongRttmText {
  const char *text, *says;
};
class WrongRttm : public ::testing::TestWithParam<WrongRttmText> {};
TEST_P(WrongRttm, NamesTheLine) {
  const auto turns = parse_rttm(GetParam().text, "t.rttm");
  ASSERT_FALSE(turns);
  EXPECT_EQ(turns.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(turns.error().message, HasSubstr("t.rttm: " + std::string(GetParam().says)));
}
INSTANTIATE_TEST_SUITE_P(Table, WrongRttm,
                         ::testing::Values(WrongRttmText{"SPEAKER a 1 x 1 <NA> <NA> A",
                                                         "line 1: start and length must be seconds"},
                                           WrongRttmText{"\nSPEAKER a 1 1 nan <NA> <NA> A", "line 2: start"},
                                           WrongRttmText{"SPEAKER a 1 -1 1 <NA> <NA> A",
                                                         "line 1: start and length must not be negative"},
                                           WrongRttmText{"SPEAKER a 1 1 1 <NA>", "line 1: 8 fields"},
                                           WrongRttmText{
                                               "SPEAKER a 1 1 1 <NA> <NA> A\nSPEAKER b 1 1 1 <NA> <NA> A",
                                               "line 2: a second recording, 'b'"}));

TEST(Rttm, OfSeveralRecordingsGivesTheOneAskedFor) {
  const auto turns = parse_rttm("SPEAKER a 1 1 1 <NA> <NA> A\nSPEAKER b 1 2 1 <NA> <NA> B\n", "t", "b");
  ASSERT_TRUE(turns);
  ASSERT_EQ(turns->size(), 1u);
  EXPECT_EQ(turns->front().speaker, "B");
}

RC_GTEST_PROP(Rttm, ReadsBackWhatItWrote, ()) {
  std::vector<Turn> turns;
  const int count = *rc::gen::inRange(0, 30);
  for (int i = 0; i < count; ++i) {
    const int start = *rc::gen::inRange(0, 20000000), length = *rc::gen::inRange(1, 100000);
    turns.push_back(
        {{{start / 1000.0}, {(start + length) / 1000.0}}, "S" + std::to_string(*rc::gen::inRange(0, 9))});
  }
  std::stable_sort(turns.begin(), turns.end(),
                   [](const Turn& a, const Turn& b) { return a.span.start < b.span.start; });
  const auto read = parse_rttm(to_rttm(turns, "x"), "x");
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->size() == turns.size());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    RC_ASSERT((*read)[i].speaker == turns[i].speaker);
    RC_ASSERT((*read)[i].span.start == turns[i].span.start);
    RC_ASSERT(std::abs(((*read)[i].span.end - turns[i].span.end).value) < 1e-9);
  }
}

TEST(Stm, IsRead) {
  const auto lines = parse_stm(
      ";; comment\nrec 1 Anna 0.5 2.25 <o,f0,female> Hello there, all.\nrec 1 Ben 3 4\n"
      "rec 1 inter_segment_gap 4 5 ignore_time_segment_in_scoring\n",
      "t.stm");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ((*lines)[0].speaker, "Anna");
  EXPECT_EQ((*lines)[0].text, "Hello there, all.");
  EXPECT_EQ((*lines)[0].span, (Span{{0.5}, {2.25}}));
  EXPECT_EQ((*lines)[1].text, "");
}

TEST(Stm, NamesTheWrongLine) {
  for (const char* text :
       {"ok 1 A 0 1 x\nrec 1 A 2 1 backwards", "ok 1 A 0 1 x\nrec 1 A zero one x", "; c\nrec 1"}) {
    const auto lines = parse_stm(text, "t.stm");
    ASSERT_FALSE(lines);
    EXPECT_THAT(lines.error().message, HasSubstr("t.stm: line 2"));
  }
}

}  // namespace
}  // namespace skald
