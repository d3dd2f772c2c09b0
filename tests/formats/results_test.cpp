#include "formats/results.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "evening.hpp"
#include "formats/json.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// To renew the golden files after a wanted change: set SKALD_GOLDEN_OUT to a folder, look at what is written
// there, and copy it.
class Golden : public ::testing::TestWithParam<const char*> {};

TEST_P(Golden, FileHasExactlyTheseBytes) {
  const TestFolder folder;
  const char* out = std::getenv("SKALD_GOLDEN_OUT");
  const fs::path place = out != nullptr ? fs::path(out) : folder.path();
  ASSERT_TRUE(write_results(evening(), place));
  ASSERT_TRUE(write_snippets_manifest(evening(), place));
  EXPECT_EQ(content_of(place / GetParam()),
            content_of(fs::path(SKALD_SOURCE_DIR) / "tests/formats/golden" / GetParam()));
  EXPECT_FALSE(content_of(place / GetParam()).empty());
}

INSTANTIATE_TEST_SUITE_P(Files, Golden,
                         ::testing::Values("Evening_7_full.txt", "Evening_7_ic_only.txt",
                                           "Evening_7_ooc_only.txt", "Evening_7_full.srt",
                                           "Evening_7_ic_only.srt", "Evening_7_ooc_only.srt", "Evening_7.vtt",
                                           "Evening_7.rttm", "Evening_7_data.json",
                                           "Evening_7_classified.json", "manifest.json"));

TEST(Results, AreTheFilesOfTheContractAndNoMore) {
  const TestFolder folder;
  ASSERT_TRUE(write_results(evening(), folder.path()));
  EXPECT_THAT(
      names_in(folder.path()),
      ElementsAre("Evening_7.rttm", "Evening_7.vtt", "Evening_7_classified.json", "Evening_7_data.json",
                  "Evening_7_full.srt", "Evening_7_full.txt", "Evening_7_ic_only.srt",
                  "Evening_7_ic_only.txt", "Evening_7_ooc_only.srt", "Evening_7_ooc_only.txt"));
}

TEST(Results, OfTheSameRunAreTheSameBytes) {
  const TestFolder first, second;
  ASSERT_TRUE(write_results(evening(), first.path()));
  ASSERT_TRUE(write_results(evening(), second.path()));
  for (const std::string& name : names_in(first.path()))
    EXPECT_EQ(content_of(first / name), content_of(second / name)) << name;
}

void expect_equal(const SessionResult& a, const SessionResult& b) {
  EXPECT_EQ(a.session_id, b.session_id);
  EXPECT_EQ(a.input_file, b.input_file);
  EXPECT_EQ(a.campaign_id, b.campaign_id);
  EXPECT_EQ(a.duration, b.duration);
  EXPECT_EQ(a.timestamp, b.timestamp);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.skipped, b.skipped);
  ASSERT_EQ(a.models.size(), b.models.size());
  EXPECT_EQ(a.models[1].name, b.models[1].name);
  ASSERT_EQ(a.fallbacks.size(), b.fallbacks.size());
  EXPECT_EQ(a.fallbacks[0].reason, b.fallbacks[0].reason);
  ASSERT_EQ(a.roles.size(), b.roles.size());
  EXPECT_EQ(a.roles[1].origin, b.roles[1].origin);
  EXPECT_EQ(a.roles[1].confidence, b.roles[1].confidence);
  ASSERT_TRUE(a.party && b.party);
  EXPECT_EQ(a.party->characters[0].aliases, b.party->characters[0].aliases);
  ASSERT_EQ(a.segments.size(), b.segments.size());
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    const Segment &x = a.segments[i], &y = b.segments[i];
    EXPECT_EQ(x.span, y.span);
    EXPECT_EQ(x.text, y.text);
    EXPECT_EQ(x.speaker_id, y.speaker_id);
    EXPECT_EQ(x.speaker_name, y.speaker_name);
    EXPECT_EQ(x.language, y.language);
    EXPECT_EQ(x.overlap, y.overlap);
    ASSERT_EQ(x.words.size(), y.words.size());
    for (std::size_t k = 0; k < x.words.size(); ++k) EXPECT_EQ(x.words[k].text, y.words[k].text);
    ASSERT_TRUE(x.label && y.label);
    EXPECT_EQ(x.label->classification, y.label->classification);
    EXPECT_EQ(x.label->voice, y.label->voice);
    EXPECT_NEAR(x.label->confidence, y.label->confidence, 1e-4);
    EXPECT_EQ(x.label->character, y.label->character);
    EXPECT_EQ(x.label->reasoning, y.label->reasoning);
    EXPECT_EQ(x.label->backend, y.label->backend);
  }
}

TEST(Results, ReadBackAsTheyWereWritten) {
  const TestFolder folder;
  ASSERT_TRUE(write_results(evening(), folder.path()));
  const auto read = read_results(folder.path());
  ASSERT_TRUE(read) << read.error().message;
  expect_equal(evening(), *read);
  ASSERT_EQ(read->diarization.turns.size(), 3u);
  EXPECT_EQ(read->diarization.turns[1].speaker, "SPEAKER_01");
  EXPECT_DOUBLE_EQ(read->diarization.turns[1].span.end.value, 8.125);
  const auto alone = read_results(folder / "Evening_7_data.json");
  ASSERT_TRUE(alone);
  expect_equal(evening(), *alone);
}

TEST(Results, WrittenAgainFromWhatWasReadAreTheSameBytes) {
  const TestFolder first, second;
  ASSERT_TRUE(write_results(evening(), first.path()));
  auto read = read_results(first.path());
  ASSERT_TRUE(read);
  ASSERT_TRUE(write_results(*read, second.path()));
  for (const std::string& name : names_in(first.path()))
    EXPECT_EQ(content_of(first / name), content_of(second / name)) << name;
}

TEST(Results, ShowMixedSegmentsInBothFiles) {
  const TestFolder folder;
  ASSERT_TRUE(write_results(evening(), folder.path()));
  for (const char* name :
       {"Evening_7_ic_only.txt", "Evening_7_ooc_only.txt", "Evening_7_ic_only.srt", "Evening_7_ooc_only.srt"})
    EXPECT_THAT(content_of(folder / name), HasSubstr("Ik schiet")) << name;
  EXPECT_THAT(content_of(folder / "Evening_7_ic_only.txt"), Not(HasSubstr("Pizza")));
  EXPECT_THAT(content_of(folder / "Evening_7_ooc_only.txt"), Not(HasSubstr("bell tolls")));
}

// A label that nobody made is never written, and neither is anything beside it.
TEST(Results, AreRefusedWholeWhereASegmentHasNoProperLabel) {
  const auto refused = [](auto spoil, std::string_view why) {
    const TestFolder folder;
    SessionResult result = evening();
    spoil(result.segments[2]);
    const Status status = write_results(result, folder.path() / "out");
    ASSERT_FALSE(status) << why;
    EXPECT_THAT(status.error().message, HasSubstr("segment 3"));
    EXPECT_THAT(status.error().message, HasSubstr(std::string(why)));
    EXPECT_FALSE(fs::exists(folder.path() / "out"));
  };
  refused([](Segment& s) { s.label.reset(); }, "classification");
  refused([](Segment& s) { s.label->backend.clear(); }, "backend");
  refused([](Segment& s) { s.label->confidence = 1.5; }, "confidence");
  refused([](Segment& s) { s.label->confidence = std::nan(""); }, "confidence");
}

TEST(Results, WithoutClassificationHaveNoLabelsAnywhere) {
  const TestFolder folder;
  SessionResult result = evening();
  result.skipped = {"classification"};
  ASSERT_TRUE(write_results(result, folder.path()));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("Evening_7.rttm", "Evening_7.vtt", "Evening_7_data.json",
                                                   "Evening_7_full.srt", "Evening_7_full.txt"));
  EXPECT_THAT(content_of(folder / "Evening_7_data.json"), Not(HasSubstr("\"classification\":")));
  EXPECT_THAT(content_of(folder / "Evening_7_full.txt"), HasSubstr("[00:00:01] Rowan: The bell tolls"));
}

TEST(Results, WithoutDiarizationNameNoSpeaker) {
  const TestFolder folder;
  SessionResult result = evening();
  result.skipped = {"diarization"};
  ASSERT_TRUE(write_results(result, folder.path()));
  EXPECT_FALSE(fs::exists(folder / "Evening_7.rttm"));
  EXPECT_THAT(content_of(folder / "Evening_7_data.json"),
              Not(HasSubstr("SPEAKER_00\",\n      \"speaker_name")));
  EXPECT_THAT(content_of(folder / "Evening_7_full.txt"),
              HasSubstr("[00:00:01] UNKNOWN (IC): The bell tolls"));
}

TEST(Results, SurviveTextThatIsNotUtf8) {
  const TestFolder folder;
  SessionResult result = evening();
  result.segments[0].text = "broken \xFF\xC3 bytes";
  result.segments[0].words.clear();
  ASSERT_TRUE(write_results(result, folder.path()));
  const auto read = read_results(folder.path());
  ASSERT_TRUE(read);
  EXPECT_THAT(read->segments[0].text, HasSubstr("broken \uFFFD"));
}

TEST(Results, OfNothingSaidAreValidFiles) {
  const TestFolder folder;
  SessionResult result;
  result.session_id = "silence";
  ASSERT_TRUE(write_results(result, folder.path()));
  EXPECT_EQ(content_of(folder / "silence_full.txt"), "");
  EXPECT_EQ(content_of(folder / "silence.vtt"), "WEBVTT\n\n");
  const auto read = read_results(folder.path());
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->segments.empty());
}

TEST(Results, ThatAreMissingDoubledOrBrokenGiveClearErrors) {
  const TestFolder folder;
  const auto none = read_results(folder.path());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
  put(folder / "a_data.json", "{\"segments\": [{\"text\": \"x\"}]}");
  const auto incomplete = read_results(folder.path());
  ASSERT_FALSE(incomplete);
  EXPECT_THAT(incomplete.error().message, HasSubstr("start_time"));
  put(folder / "a_data.json", "{\"segments\": [\n{\"text\": ]}");
  const auto broken = read_results(folder.path());
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("line 2"));
  put(folder / "b_data.json", "{}");
  const auto two = read_results(folder.path());
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message, HasSubstr("several"));
  EXPECT_FALSE(read_results(folder / "nowhere"));
}

TEST(Snippets, AreNamedByNumberAndSpeaker) {
  EXPECT_EQ(snippet_name(1, "SPEAKER_00"), "segment_0001_SPEAKER_00.wav");
  EXPECT_EQ(snippet_name(12345, "Anna van der Meer"), "segment_12345_Anna_van_der_Meer.wav");
  EXPECT_EQ(snippet_name(2, ""), "segment_0002_UNKNOWN.wav");
  EXPECT_EQ(snippet_name(3, "../x"), "segment_0003__x.wav");
}

}  // namespace
}  // namespace skald
