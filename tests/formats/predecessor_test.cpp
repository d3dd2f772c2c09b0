// Files as the Python program wrote them are read too.
#include <gmock/gmock.h>

#include "formats/results.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

constexpr const char* data = R"({
  "metadata": {"session_id": "s1", "campaign_name": "Bell", "party_id": "default", "input_file": "a.m4a",
               "character_names": ["Vess"], "player_names": ["Hanna"], "statistics": {"total_segments": 2}},
  "segments": [
    {"start_time": 0.0, "end_time": 2.5, "duration": 2.5, "text": "Ik ga naar binnen.", "speaker_id": "SPEAKER_01",
     "speaker_name": "Hanna", "classification": "IC", "classification_confidence": "0,8",
     "classification_reasoning": "in-game action", "character": "Vess",
     "words": [{"word": "Ik", "start": 0.0, "end": 0.2, "probability": 0.9}]},
    {"start_time": 2.5, "end_time": 3.0, "text": "Pizza?", "speaker_id": "SPEAKER_00", "speaker_name": null,
     "classification": "OOC", "classification_confidence": 0.5, "classification_reasoning": null, "character": null,
     "words": null}
  ]
})";

constexpr const char* classified = R"({
  "metadata": {"session_id": "s1", "stage": "classification"},
  "segments": [
    {"segment_index": 0, "text": "Ik ga naar binnen.", "start_time": 0.0, "end_time": 2.5, "speaker": "Hanna",
     "classification": "IC", "classification_type": "NPC_DIALOGUE", "confidence": 0.8, "character": "Vess"},
    {"segment_index": 1, "text": "Pizza?", "start_time": 2.5, "end_time": 3.0, "speaker": "SPEAKER_00",
     "classification": "OOC", "classification_type": "OOC_OTHER", "confidence": 0.5, "character": null}
  ],
  "statistics": {"total_segments": 2, "ic_count": 1, "ooc_count": 1, "mixed_count": 0, "ic_percentage": 50.0}
})";

TEST(Predecessor, ItsResultsAreRead) {
  const TestFolder folder;
  put(folder / "s1_data.json", data);
  put(folder / "s1_classified.json", classified);
  const auto result = read_results(folder.path());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->campaign_name, "Bell");
  ASSERT_EQ(result->segments.size(), 2u);
  const Segment& first = result->segments[0];
  ASSERT_TRUE(first.label);
  EXPECT_DOUBLE_EQ(first.label->confidence, 0.8);  // "0,8" is not 0
  EXPECT_EQ(first.label->voice, Voice::NPC_DIALOGUE);
  EXPECT_EQ(first.label->backend, "unknown");
  EXPECT_EQ(first.label->character, "Vess");
  EXPECT_EQ(first.words.size(), 1u);
  EXPECT_EQ(result->segments[1].speaker_name, "SPEAKER_00");
  EXPECT_TRUE(result->segments[1].words.empty());
  EXPECT_EQ(result->duration, Seconds{3});
}

TEST(Predecessor, AClassificationThatItDoesNotNameStaysUnnamed) {
  const TestFolder folder;
  put(folder / "s1_data.json",
      R"({"segments": [{"start_time": 1, "end_time": 2, "text": "x", "speaker_id": "A", "classification": null}]})");
  const auto result = read_results(folder.path());
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->segments[0].label);
}

}  // namespace
}  // namespace skald
