#include "formats/truth.hpp"

#include <gmock/gmock.h>

namespace skald {
namespace {

using ::testing::HasSubstr;

TEST(Truth, OfASessionHasSegmentsTurnsAndWhatDoesNotCount) {
  const auto truth = parse_truth(R"({
    "metadata": {"format": "skald-truth"},
    "segments": [
      {"start_time": 1, "end_time": 4, "text": "One two. Three", "speaker_id": "Ann", "classification": "IC",
       "classification_type": "CHARACTER", "character": "Vess",
       "words": [{"word": "One", "start": 1, "end": 1.4}, {"word": "two.", "start": 1.5, "end": 2},
                 {"word": "Three", "start": 3.5, "end": 4}]},
      {"start_time": 5, "end_time": 6, "text": "Hallo", "speaker_id": "Ben", "scored": false, "classification": "OOC"}],
    "no_speech": [{"start": 7, "end": 9, "kind": "music"}, [10, 11]]})",
                                 "t.json");
  ASSERT_TRUE(truth) << truth.error().message;
  ASSERT_EQ(truth->segments.size(), 1u);
  EXPECT_EQ(truth->segments[0].label->character, "Vess");
  EXPECT_EQ(truth->unscored, (std::vector<Span>{{{5}, {6}}}));
  EXPECT_EQ(truth->no_speech, (std::vector<Span>{{{7}, {9}}, {{10}, {11}}}));
  ASSERT_EQ(truth->turns.size(), 3u);  // Ann pauses for 1.5 s
  EXPECT_EQ(truth->turns[0].span, (Span{{1}, {2}}));
  EXPECT_EQ(truth->turns[1].span, (Span{{3.5}, {4}}));
  EXPECT_EQ(truth->turns[2].speaker, "Ben");
}

TEST(Truth, ComesInOtherForms) {
  const auto words = parse_truth(R"([{"word": "Hi", "start": 0, "end": 1, "speaker": "A"},
    {"word": "all", "start": 1, "end": 2, "speaker": "A"}, {"word": "Yo", "start": 2, "end": 3, "speaker": "B"}])",
                                 "w");
  ASSERT_TRUE(words);
  ASSERT_EQ(words->segments.size(), 2u);
  EXPECT_EQ(words->segments[0].text, "Hi all");
  EXPECT_EQ(words->turns.size(), 2u);
  const auto chunks = parse_truth(R"({"chunks": [{"start": 0, "end": 3, "language": "nl", "words":
    [{"word": " goed", "start": 0, "end": 1}, {"word": " zo", "start": 1, "end": 2}]}]})",
                                  "c");
  ASSERT_TRUE(chunks);
  EXPECT_EQ(chunks->segments[0].text, " goed zo");
  EXPECT_EQ(chunks->segments[0].speaker_id, "UNKNOWN");
  EXPECT_TRUE(chunks->turns.empty());
  const auto turns = parse_truth(R"({"turns": [{"start": 0, "end": 3, "speaker": "A"}]})", "t");
  ASSERT_TRUE(turns);
  EXPECT_EQ(turns->turns.size(), 1u);
}

TEST(Truth, OfLabelledLinesNeedsNoTimes) {
  const auto truth = parse_truth_lines(
      "{\"text\": \"Roll.\", \"speaker\": \"Rob\", \"label\": \"IC\", \"voice\": \"DM_NARRATION\", \"lang\": "
      "\"en\"}\n"
      "{\"text\": \"Pizza\", \"speaker\": \"Ann\", \"label\": \"OOC\", \"voice\": \"OOC\"}\n",
      "t.jsonl");
  ASSERT_TRUE(truth);
  ASSERT_EQ(truth->segments.size(), 2u);
  EXPECT_EQ(truth->segments[0].label->voice, Voice::DM_NARRATION);
  EXPECT_EQ(truth->segments[0].language, "en");
  EXPECT_EQ(truth->segments[1].label->voice, Voice::OOC_OTHER);
  EXPECT_TRUE(truth->turns.empty());
}

TEST(Truth, ThatIsWrongIsRefusedWithItsName) {
  for (const char* text :
       {"7", "{}", "{\"segments\": [1]}", "{\"segments\": [{\"text\": \"x\"}]}", "[{\"start\": 1}]",
        "{\"segments\": [], \"turns\": 1}", "{\"segments\": [], \"turns\": [{\"start\": 0, \"end\": 1}]}",
        "{\"segments\": [], \"no_speech\": [1]}", "{\"segments\": [], \"unscored\": {}}"}) {
    const auto truth = parse_truth(text, "t.json");
    ASSERT_FALSE(truth) << text;
    EXPECT_EQ(truth.error().code, ErrorCode::InvalidInput) << text;
    EXPECT_THAT(truth.error().message, HasSubstr("t.json: "));
  }
}

}  // namespace
}  // namespace skald
