// Files between stages: words.json, speech.json, turns.json.
#include <gmock/gmock.h>

#include "evening.hpp"
#include "formats/diarization.hpp"
#include "formats/transcript.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using ::testing::HasSubstr;

TEST(Words, GoThroughTheirFile) {
  const TestFolder folder;
  Chunk chunk{{{1}, {9.5}}, "nl", 0.98765, 0.01, -0.25, 0.2, words_of(1, 0.333, {"een", "klok"})};
  const Json json = {{"chunks", {to_json(chunk), to_json(Chunk{})}}};
  put(folder / "words.json", to_line(json));
  const auto read = read_words(folder / "words.json");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(to_json((*read)[0]), to_json(chunk));
  EXPECT_EQ((*read)[0].words[1].text, " klok");
  EXPECT_DOUBLE_EQ((*read)[0].words[1].span.start.value, 1.333);
}

TEST(Words, ThatAreDamagedAreSaidToBe) {
  const TestFolder folder;
  for (const char* text :
       {"", "[]", "{\"chunks\": 1}", "{\"chunks\": [{}]}", "{\"chunks\": [7]}",
        "{\"chunks\": [{\"start\": 0, \"end\": 1}]}",
        "{\"chunks\": [{\"start\": 0, \"end\": 1, \"words\": [{\"word\": 1}]}]}",
        "{\"chunks\": [{\"start\": 0, \"end\": 1, \"words\": [{\"word\": \"x\", \"start\": null}]}]}"}) {
    put(folder / "words.json", text);
    const auto read = read_words(folder / "words.json");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::Damaged) << text;
    EXPECT_THAT(read.error().message, HasSubstr("words.json"));
  }
  EXPECT_EQ(read_words(folder / "none.json").error().code, ErrorCode::NotFound);
}

TEST(Speech, GoesThroughItsFile) {
  const TestFolder folder;
  const SpeechMap map{{12.5}, {{{0.5}, {3}}, {{4}, {12}}}, {{{5}, {5.5}}}};
  put(folder / "speech.json", to_line(to_json(map)));
  const auto read = read_speech(folder / "speech.json");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->speech, map.speech);
  EXPECT_EQ(read->overlaps, map.overlaps);
  EXPECT_EQ(read->duration, map.duration);
  put(folder / "speech.json", "{\"speech\": []}");
  EXPECT_EQ(read_speech(folder / "speech.json").error().code, ErrorCode::Damaged);
}

TEST(Turns, GoThroughTheirFile) {
  const TestFolder folder;
  Diarization diarization;
  diarization.turns = {{{{0}, {2}}, "SPEAKER_00"}, {{{1}, {3}}, "SPEAKER_01"}};
  diarization.exclusive_turns = {{{{0}, {1.5}}, "SPEAKER_00"}, {{{1.5}, {3}}, "SPEAKER_01"}};
  diarization.speech = {{{0}, {3}}};
  diarization.overlaps = {{{1}, {2}}};
  put(folder / "turns.json", to_pretty(to_json(diarization)));
  const auto read = read_turns(folder / "turns.json");
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(diarization));
  for (const char* text : {"{}", "{\"turns\": {}}", "{\"turns\": [{\"start\": 0, \"end\": 1}]}",
                           "{\"turns\": [], \"speech\": [1]}", "x"}) {
    put(folder / "turns.json", text);
    EXPECT_EQ(read_turns(folder / "turns.json").error().code, ErrorCode::Damaged) << text;
  }
}

}  // namespace
}  // namespace skald
