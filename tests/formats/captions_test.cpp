#include "formats/captions.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "evening.hpp"

namespace skald {
namespace {

using ::testing::HasSubstr;

constexpr const char* long_speech =
    "You come over the last hill, and there below you lies Harrowmere, the drowned town. Only the tower of "
    "the "
    "old church stands out of the water, and from it, slowly, a bell begins to toll. Nobody has rung it for "
    "sixty years, and nobody, as far as you can see, is ringing it now!";

Segment speech_of(const std::string& text, double start, double seconds_a_word) {
  Segment segment = spoken(start, start, "SPEAKER_00", "Rowan", text);
  segment.words = words_of(start, seconds_a_word, split(text, ' '));
  segment.span.end = segment.words.back().span.end;
  return segment;
}

std::size_t width(const std::string& line) {
  return decode_utf8(line).size();
}

TEST(Cues, CutLongSpeechIntoTwoLinesOf42CharactersAtSentencesAndCommas) {
  const Segment segment = speech_of(long_speech, 10, 0.3);
  const auto cues = make_cues(segment, "Rowan");
  ASSERT_GE(cues.size(), 4u);
  std::string joined;
  for (const Cue& cue : cues) {
    joined += (joined.empty() ? "" : " ") + cue.text;
    EXPECT_LE(cue.span.length().value, 7.0);
    EXPECT_EQ(cue.speaker, "Rowan");
  }
  EXPECT_EQ(joined, long_speech);
  EXPECT_EQ(cues.front().span.start, segment.span.start);
  EXPECT_EQ(cues.back().span.end, segment.span.end);
  EXPECT_EQ(cues.front().text.back(), ',');  // not in the middle of a phrase
}

TEST(Cues, ShareTimeByLengthWhereWordsHaveNoTimes) {
  Segment segment = spoken(100, 130, "A", "A", long_speech);
  const auto cues = make_cues(segment, "A");
  ASSERT_GE(cues.size(), 4u);
  EXPECT_EQ(cues.front().span.start, Seconds{100});
  EXPECT_NEAR(cues.back().span.end.value, 130, 1e-9);
  for (std::size_t i = 1; i < cues.size(); ++i) EXPECT_GE(cues[i].span.start, cues[i - 1].span.start);
}

TEST(Cues, FollowACorrectedText) {
  Segment segment = speech_of("We ride to Harrow mere", 0, 0.5);
  segment.text = "We ride to Harrowmere";
  const auto cues = make_cues(segment, "");
  ASSERT_EQ(cues.size(), 1u);
  EXPECT_EQ(cues[0].text, "We ride to Harrowmere");
}

TEST(Cues, AreShownLongEnoughToBeReadWhereThereIsRoom) {
  const std::vector<Cue> cues = readable({{{{10}, {10.2}}, "A", "Yes."},
                                          {{{10.5}, {11}}, "B", "A rather long answer, said in great haste."},
                                          {{{20}, {26}}, "A", "Slow."},
                                          {{{20}, {20.3}}, "B", "Hm."}});
  EXPECT_EQ(cues[0].span, (Span{{10}, {10.5}}));    // until the next begins
  EXPECT_EQ(cues[1].span, (Span{{10.5}, {12.6}}));  // 42 characters, 20 a second
  EXPECT_EQ(cues[2].span, (Span{{20}, {26}}));      // never shortened
  EXPECT_EQ(cues[3].span, (Span{{20}, {21}}));
}

TEST(Srt, HasNumbersTimesAndNames) {
  EXPECT_EQ(to_srt({{{{0}, {1.5}}, "Rowan", "The bell tolls."}, {{{3661.0005}, {3662}}, "", "What?"}}),
            "1\n00:00:00,000 --> 00:00:01,500\n[Rowan] The bell tolls.\n\n"
            "2\n01:01:01,001 --> 01:01:02,000\nWhat?\n\n");
}

TEST(Srt, NumbersOnlyCuesThatSaySomething) {
  EXPECT_EQ(to_srt({{{{0}, {1}}, "", "  "}, {{{1}, {2}}, "", "x"}}),
            "1\n00:00:01,000 --> 00:00:02,000\nx\n\n");
}

TEST(Srt, ShortensNamesThatWouldFillALine) {
  const std::string srt = to_srt({{{{0}, {1}}, "Maximiliaan van Oldenbarnevelt tot Zuilen", "Ja."}});
  EXPECT_THAT(srt, HasSubstr("[Maximiliaan van Oldenba\u2026] Ja."));
}

TEST(Vtt, PutsNamesIntoVoiceTagsAndEscapes) {
  EXPECT_EQ(to_vtt({{{{0}, {1.5}}, "A&B", "1 < 2 --> true"}}),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v A&amp;B>1 &lt; 2 --&gt; true\n\n");
}

enum class Kind { Srt, Vtt };

// Every line of text in a file of subtitles, and the number of lines of its longest block.
struct Layout {
  std::vector<std::string> lines;
  std::size_t tallest = 0;
};
Layout layout(const std::string& file) {
  Layout result;
  std::size_t height = 0;
  bool in_text = false;
  for (const std::string& line : split(file, '\n')) {
    if (line.empty()) in_text = false, height = 0;
    if (in_text) {
      result.lines.push_back(line);
      result.tallest = std::max(result.tallest, ++height);
    }
    if (line.find(" --> ") != std::string::npos) in_text = true;
  }
  return result;
}

RC_GTEST_PROP(Captions, FitTwoLinesOf42CharactersWhateverIsSaid, ()) {
  std::string text;
  const int words = *rc::gen::inRange(1, 80);
  for (int i = 0; i < words; ++i)
    text += (i > 0 ? " " : "") + *rc::gen::element<std::string>("a", "bell", "tolls,", "Harrowmere",
                                                                "caf\u00E9s.", "onwaarschijnlijkheden",
                                                                "you?", "\u6F22\u5B57");
  const std::string name =
      *rc::gen::element<std::string>("", "Bo", "Rowan", "Anna van der Meer", "Vessarine of the Last Hill!");
  const double speed = *rc::gen::element(0.1, 0.3, 1.2);
  const auto cues = readable(make_cues(speech_of(text, 5, speed), name));
  const Layout srt = layout(to_srt(cues));
  RC_ASSERT(srt.tallest <= kCaptionLines);
  for (const std::string& line : srt.lines) RC_ASSERT(width(line) <= kCaptionWidth);
  const auto read = parse_srt(to_srt(cues), "x");
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->size() == cues.size());
  std::string joined;
  for (std::size_t i = 0; i < cues.size(); ++i) {
    joined += (i > 0 ? " " : "") + (*read)[i].text;
    RC_ASSERT((*read)[i].speaker.substr(0, 20) == name.substr(0, 20));
    RC_ASSERT(std::abs(((*read)[i].span.start - cues[i].span.start).value) < 0.0006);
    if (i > 0) RC_ASSERT(cues[i].span.start >= cues[i - 1].span.start);
  }
  RC_ASSERT(joined == text);
  const auto vtt = parse_vtt(to_vtt(cues), "x");
  RC_ASSERT(vtt.has_value() && vtt->size() == cues.size());
  for (std::size_t i = 0; i < cues.size(); ++i) {
    RC_ASSERT((*vtt)[i].text == cues[i].text);
    RC_ASSERT((*vtt)[i].speaker == name);
  }
}

TEST(Srt, ReadsWhatOthersWrite) {
  const auto cues = parse_srt(
      "\xEF\xBB\xBF"
      "1\r\n00:00:01.000 --> 00:00:02,5 X1:40\r\n<i>Well,</i> {then}\r\nsecond <b>line</b>\r\n\r\n"
      "00:03 --> 00:02\nno number, 3 < 4\n\n\n3\n00:00:05,000 --> 00:00:06,000\n\n",
      "o.srt");
  ASSERT_TRUE(cues) << cues.error().message;
  ASSERT_EQ(cues->size(), 2u);
  EXPECT_EQ((*cues)[0].text, "Well, {then} second line");
  EXPECT_EQ((*cues)[0].span, (Span{{1}, {2.5}}));
  EXPECT_EQ((*cues)[1].text, "no number, 3 < 4");
  EXPECT_EQ((*cues)[1].span, (Span{{3}, {3}}));
}

TEST(Vtt, ReadsWhatOthersWrite) {
  const auto cues = parse_vtt(
      "WEBVTT - title\nKind: captions\n\nNOTE about\nthis\n\nSTYLE\n::cue{}\n\nintro\n00:01.000 --> "
      "00:02.000 align:start\n"
      "<v.loud Hanna &amp; Gil>Tea &lt;3</v>\n\n00:00:03.000 --> "
      "00:00:04.000\n<00:00:03.500><c>two</c>&nbsp;words\n",
      "o.vtt");
  ASSERT_TRUE(cues) << cues.error().message;
  ASSERT_EQ(cues->size(), 2u);
  EXPECT_EQ((*cues)[0].speaker, "Hanna & Gil");
  EXPECT_EQ((*cues)[0].text, "Tea <3");
  EXPECT_EQ((*cues)[1].text, "two words");
}

TEST(Captions, ErrorsNameTheLine) {
  const auto words = parse_srt("1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\nnot a time\n", "o.srt");
  ASSERT_FALSE(words);
  EXPECT_THAT(words.error().message, HasSubstr("o.srt: line 6: 'start --> end' is expected"));
  const auto times = parse_vtt("WEBVTT\n\nxx --> 00:02\nhello\n", "o.vtt");
  ASSERT_FALSE(times);
  EXPECT_THAT(times.error().message, HasSubstr("o.vtt: line 3: these are no times"));
}

}  // namespace
}  // namespace skald
