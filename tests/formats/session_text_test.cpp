#include "formats/session_text.hpp"

#include <gmock/gmock.h>

#include "evening.hpp"

namespace skald {
namespace {

TEST(SessionText, HasTheFormThatUsersKnow) {
  const auto segments = evening().segments;
  EXPECT_EQ(to_text(View::Full, {segments[1]}),
            "[00:00:04] Hanna as Vessarine (IC): I draw my bow. \"Who goes there?\"\n");
  EXPECT_EQ(to_text(View::Full, {segments[4]}), "[01:01:01] UNKNOWN (OOC): Pizza is here.\n");
  EXPECT_EQ(to_text(View::InCharacter, {segments[3]}),
            "[00:01:00] The Innkeeper: Closed, says the innkeeper. Go away!\n");
  EXPECT_EQ(to_text(View::InCharacter, {segments[0]}),
            "[00:00:01] Rowan: The bell tolls under the water, twice.\n");
  EXPECT_EQ(to_text(View::OutOfCharacter, {segments[0]}), "");
  EXPECT_EQ(to_text(View::OutOfCharacter, {segments[2]}).substr(0, 17), "[00:00:06] Hanna:");
}

TEST(SessionText, KeepsOneLineASegment) {
  Segment segment = spoken(0, 1, "A", "A\nB", "one\r\ntwo\x1B[0m\t three ");
  EXPECT_EQ(to_text(View::Full, {segment}), "[00:00:00] A B: one two [0m three\n");
}

TEST(SessionText, ReadsBackWhatItWrote) {
  const auto lines = parse_text(to_text(View::Full, evening().segments), "full.txt");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 5u);
  EXPECT_EQ((*lines)[1].speaker, "Hanna");
  EXPECT_EQ((*lines)[1].character, "Vessarine");
  EXPECT_EQ((*lines)[1].classification, Classification::IC);
  EXPECT_EQ((*lines)[1].text, "I draw my bow. \"Who goes there?\"");
  EXPECT_EQ((*lines)[1].span, (Span{{4}, {6}}));
  EXPECT_EQ((*lines)[4].span.start, Seconds{3661});
  const auto ic = parse_text(to_text(View::InCharacter, evening().segments), "ic.txt");
  ASSERT_TRUE(ic);
  EXPECT_EQ(ic->back().speaker, "The Innkeeper");
  EXPECT_FALSE(ic->back().classification);
}

TEST(SessionText, JoinsLinesWithoutATimeToTheOneBefore) {
  const auto lines = parse_text("[00:01] Bob: first\nsecond\n\n[1:00:02.5] no name here\n", "x");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ((*lines)[0].text, "first second");
  EXPECT_EQ((*lines)[1].text, "no name here");
  EXPECT_EQ((*lines)[1].span.start, Seconds{3602.5});
  EXPECT_FALSE(parse_text("just words", "x"));
  EXPECT_TRUE(parse_text("", "x")->empty());
}

TEST(ClockTime, RoundsDown) {
  EXPECT_EQ(clock_time({0.999}), "00:00:00");
  EXPECT_EQ(clock_time({59.9999}), "00:00:59");
  EXPECT_EQ(clock_time({360000}), "100:00:00");
  EXPECT_EQ(clock_time({-3}), "00:00:00");
  EXPECT_EQ(clock_time({1e300}), "1000000:00:00");
}

}  // namespace
}  // namespace skald
