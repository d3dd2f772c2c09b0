#include "domain/review/turns.hpp"

#include <gtest/gtest.h>

#include "table.hpp"

namespace skald {
namespace {

const std::vector<Turn> kTurns = {
    {{{0}, {4}}, "SPEAKER_00"}, {{{3.5}, {9}}, "SPEAKER_01"}, {{{9}, {10}}, "SPEAKER_00"}};

std::string shown(const std::vector<Turn>& turns) {
  std::string text;
  for (const Turn& turn : turns)
    text += turn.speaker.substr(turn.speaker.size() - 2) + ":" +
            std::to_string(turn.span.start.value).substr(0, 3) + "-" +
            std::to_string(turn.span.end.value).substr(0, 3) + " ";
  return text;
}

TEST(Turns, StayWhereNoSpeakerChanged) {
  ReviewedTranscript transcript = reviewed_talk();
  ASSERT_TRUE(apply(transcript, renamed("SPEAKER_00", "Gil")));
  ASSERT_TRUE(apply(transcript, labelled({"1"}, Classification::OOC)));
  EXPECT_EQ(shown(corrected_turns(kTurns, talk(), transcript)), shown(kTurns));
}

TEST(Turns, OfASegmentGoToItsNewSpeaker) {
  ReviewedTranscript transcript = reviewed_talk();
  ASSERT_TRUE(apply(transcript, given_to({"3"}, "SPEAKER_00")));
  EXPECT_EQ(shown(corrected_turns(kTurns, talk(), transcript)), "00:0.0-4.0 01:3.5-6.0 00:6.0-10. ");
}

TEST(Turns, OfHalfASegmentToo) {
  ReviewedTranscript transcript = reviewed_talk();
  ASSERT_TRUE(apply(transcript, cut("1", 2)));
  ASSERT_TRUE(apply(transcript, given_to({"1.1"}, "new")));
  ASSERT_TRUE(apply(transcript, given_to({"5"}, "SPEAKER_01")));
  EXPECT_EQ(shown(corrected_turns(kTurns, talk(), transcript)),
            "_1:0.0-2.0 00:2.0-4.0 01:3.5-9.0 00:9.0-10. 01:10.-14. ");
}

TEST(Turns, OfMergedSpeakersBecomeOne) {
  ReviewedTranscript transcript = reviewed_talk();
  ASSERT_TRUE(apply(transcript, merged("SPEAKER_01", "SPEAKER_00")));
  EXPECT_EQ(shown(corrected_turns(kTurns, talk(), transcript)), "00:0.0-10. ");
}

TEST(Turns, OfJoinedSegmentsFollowTheirSpeaker) {
  ReviewedTranscript transcript = reviewed_talk();
  ASSERT_TRUE(apply(transcript, edit(Edit::Kind::Join, {"2", "3"})));
  ASSERT_TRUE(apply(transcript, given_to({"2"}, "UNKNOWN")));
  EXPECT_EQ(shown(corrected_turns(kTurns, talk(), transcript)), "00:0.0-4.0 01:3.5-4.0 00:9.0-10. ");
}

}  // namespace
}  // namespace skald
