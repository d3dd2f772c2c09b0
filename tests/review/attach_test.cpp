// Corrections of one run on the transcript of another.
#include <gtest/gtest.h>

#include "table.hpp"

namespace skald {
namespace {

// The log of edits on talk(), each a step.
std::vector<ReviewStep> log_of(const std::vector<Edit>& edits) {
  ReviewedTranscript transcript = reviewed_talk();
  std::vector<ReviewStep> log;
  for (const Edit& made : edits) {
    const auto applied = apply(transcript, made);
    EXPECT_TRUE(applied) << applied.error().message;
    log.push_back(step(static_cast<std::int64_t>(log.size()) + 1, {*applied}));
  }
  return log;
}

const Segment& at(const Reviewed& reviewed, std::size_t number) {
  return reviewed.transcript.segments.at(number).segment;
}

TEST(Attach, LabelsGoToWhatLiesWithinTheirTime) {
  const auto log = log_of({labelled({"1"}, Classification::OOC), labelled({"4"}, Classification::MIXED)});
  // The first segment is two now; the fourth is a part of a longer one.
  const auto again = replay(
      start_review({said(0, 1.9, "SPEAKER_00", "the bell"), said(1.9, 4.1, "SPEAKER_00", "tolls"),
                    said(4.1, 6, "SPEAKER_01", "I listen"), said(6, 10, "SPEAKER_01", "and draw my pizza")},
                   {}),
      log);
  EXPECT_EQ(at(again, 0).label->classification, Classification::OOC);
  EXPECT_EQ(at(again, 1).label->classification, Classification::OOC);
  EXPECT_EQ(at(again, 2).label->classification, Classification::IC);
  EXPECT_EQ(at(again, 3).label->classification, Classification::IC);
  ASSERT_EQ(again.unattached.size(), 1U);
  EXPECT_EQ(again.unattached[0].revision, 2);
  ASSERT_EQ(again.unattached[0].lost.size(), 1U);
  EXPECT_DOUBLE_EQ(again.unattached[0].lost[0].span.start.value, 9);
}

TEST(Attach, TextsNeedAboutTheSameTime) {
  const auto log = log_of(
      {edit(Edit::Kind::Text, {"1"}, "the bell tolls thrice"), edit(Edit::Kind::Text, {"2"}, "I listened")});
  const auto again = replay(start_review({said(0.2, 4.1, "SPEAKER_00", "the bell tells twice"),
                                          said(4.1, 9, "SPEAKER_01", "I listen and draw my")},
                                         {}),
                            log);
  EXPECT_EQ(at(again, 0).text, "the bell tolls thrice");
  EXPECT_EQ(at(again, 1).text, "I listen and draw my");
  ASSERT_EQ(again.unattached.size(), 1U);
  EXPECT_EQ(again.unattached[0].revision, 2);
  EXPECT_FALSE(again.unattached[0].reason.empty());
}

TEST(Attach, SpeakersAreKnownByWhatTheySpoke) {
  const auto log = log_of({renamed("SPEAKER_01", "Gil"), given_to({"5"}, "SPEAKER_01"),
                           given_to({"4"}, "new"), renamed("ADDED_1", "The Waiter")});
  // The same segments; the speakers have changed their numbers.
  std::vector<Segment> other = talk();
  for (Segment& segment : other)
    if (segment.speaker_id != "UNKNOWN")
      segment.speaker_id = segment.speaker_id == "SPEAKER_00" ? "SPEAKER_01" : "SPEAKER_00";
  const auto again = replay(start_review(other, {}), log);
  EXPECT_TRUE(again.unattached.empty());
  EXPECT_EQ(at(again, 1).speaker_name, "Gil");
  EXPECT_EQ(at(again, 4).speaker_name, "Gil");
  EXPECT_EQ(at(again, 0).speaker_name, "SPEAKER_00");  // as talk() called this person
  EXPECT_EQ(at(again, 0).speaker_id, "SPEAKER_01");
  EXPECT_EQ(at(again, 3).speaker_name, "The Waiter");
}

TEST(Attach, MergedSpeakersThatAreOneAlreadyNeedNothing) {
  const auto log = log_of({merged("SPEAKER_01", "SPEAKER_00")});
  std::vector<Segment> other = talk();
  for (Segment& segment : other) segment.speaker_id = "SPEAKER_00";
  EXPECT_TRUE(replay(start_review(other, {}), log).unattached.empty());
  for (Segment& segment : other) segment.speaker_id = "UNKNOWN";
  EXPECT_EQ(replay(start_review(other, {}), log).unattached.size(), 1U);
}

TEST(Attach, CutsMoveToTheNearestWord) {
  const auto log = log_of({cut("1", 2)});  // at 2 s
  const auto moved = replay(start_review({said(0, 4.4, "SPEAKER_00", "the bell tolls twice")}, {}), log);
  ASSERT_EQ(moved.transcript.segments.size(), 2U);
  EXPECT_EQ(at(moved, 1).text, "tolls twice");
  const auto there =
      replay(start_review({said(0, 2, "A", "the bell"), said(2, 4, "A", "tolls twice")}, {}), log);
  EXPECT_EQ(there.transcript.segments.size(), 2U);
  EXPECT_TRUE(there.unattached.empty());
  const auto lost = replay(start_review({said(0, 4, "A", "bell")}, {}), log);
  EXPECT_EQ(lost.transcript.segments.size(), 1U);
  EXPECT_EQ(lost.unattached.size(), 1U);
}

TEST(Attach, JoinsThatAreOneAlreadyNeedNothing) {
  const auto log = log_of({edit(Edit::Kind::Join, {"2", "3"})});
  const auto there = replay(start_review({said(4, 9, "A", "I listen and draw my")}, {}), log);
  EXPECT_TRUE(there.unattached.empty());
  const auto joined =
      replay(start_review({said(4.1, 6, "A", "I listen"), said(6, 9.1, "A", "and draw")}, {}), log);
  EXPECT_TRUE(joined.unattached.empty());
  EXPECT_EQ(joined.transcript.segments.size(), 1U);
  // Two people now: refused, and told.
  const auto refused =
      replay(start_review({said(4, 6, "A", "I listen"), said(6, 9, "B", "and draw")}, {}), log);
  ASSERT_EQ(refused.unattached.size(), 1U);
  EXPECT_NE(refused.unattached[0].reason.find("different speakers"), std::string::npos);
}

TEST(Attach, TheSameSegmentsAnewKeepEverything) {
  const auto log =
      log_of({cut("1", 2), labelled({"1.2"}, Classification::OOC), edit(Edit::Kind::Join, {"2", "3"}),
              edit(Edit::Kind::Text, {"2"}, "we listen"), given_to({"5"}, "new")});
  const Reviewed once = replay(reviewed_talk(), log);
  EXPECT_TRUE(once.unattached.empty());
  EXPECT_TRUE(same(once.transcript, replay(reviewed_talk(), log).transcript));
  EXPECT_EQ(once.transcript.find("2")->segment.text, "we listen");
}

}  // namespace
}  // namespace skald
