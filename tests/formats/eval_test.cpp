#include "service/eval/eval.hpp"

#include <gmock/gmock.h>

#include "evening.hpp"
#include "formats/json.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Evaluation> compare(std::vector<fs::path> reference, std::vector<fs::path> hypothesis,
                           double collar = 0) {
  return evaluate({std::move(reference), std::move(hypothesis), {collar}});
}

TEST(Eval, OfResultsWithThemselvesFindsNoError) {
  const TestFolder folder;
  ASSERT_TRUE(write_results(evening(), folder.path()));
  const auto result = compare({folder.path()}, {folder.path()});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->words->errors(), 0u);
  EXPECT_GT(result->words->words, 20u);
  EXPECT_EQ(result->speaker_words->errors.errors(), 0u);
  EXPECT_EQ(result->diarization->errors(), 0);
  EXPECT_EQ(result->speakers.found, 2u);
  EXPECT_EQ(result->labels->classification.accuracy(), 1);
  EXPECT_EQ(result->words_without_speech, 0u);
  EXPECT_THAT(result->left_out, IsEmpty());
}

TEST(Eval, ComparesEveryPairOfFilesOfOneResult) {
  const TestFolder folder;
  SessionResult written = evening();
  written.segments[2].text = "Ik schiet, ehm, dat is een 17!";  // subtitles keep no <b>
  ASSERT_TRUE(write_results(written, folder.path()));
  for (const char* name :
       {"Evening_7_full.txt", "Evening_7_full.srt", "Evening_7.vtt", "Evening_7_classified.json"}) {
    const auto result = compare({folder.path()}, {folder / name});
    ASSERT_TRUE(result) << name << ": " << result.error().message;
    EXPECT_EQ(result->words->errors(), 0u) << name;
    EXPECT_EQ(result->speaker_words->errors.errors(), 0u) << name;
  }
}

class EvalOfTwo : public ::testing::Test {
 protected:
  void SetUp() override {
    put(folder_ / "truth.json", R"({"segments": [
      {"start_time": 0, "end_time": 4, "text": "The bell tolls twice", "speaker_id": "Rowan", "classification": "IC",
       "classification_type": "DM_NARRATION"},
      {"start_time": 4, "end_time": 6, "text": "I hide", "speaker_id": "Hanna", "classification": "IC",
       "classification_type": "CHARACTER", "character": "Vessarine"},
      {"start_time": 6, "end_time": 9, "text": "Een twee drie", "speaker_id": "Gil", "scored": false,
       "classification": "OOC"},
      {"start_time": 9, "end_time": 11, "text": "Pizza now", "speaker_id": "Gil", "classification": "OOC",
       "classification_type": "OOC_OTHER"}],
      "no_speech": [{"start": 12, "end": 20, "kind": "music"}]})");
    put(folder_ / "got_data.json", R"({"segments": [
      {"start_time": 0, "end_time": 4, "text": "The bell told twice", "speaker_id": "SPEAKER_00", "classification": "IC",
       "classification_type": "DM_NARRATION", "classification_confidence": 0.9, "backend": "e5"},
      {"start_time": 4, "end_time": 6, "text": "I hide", "speaker_id": "SPEAKER_01", "classification": "MIXED",
       "classification_type": "CHARACTER", "classification_confidence": 0.6, "character": "vessarine", "backend": "e5"},
      {"start_time": 6, "end_time": 9, "text": "and where dream", "speaker_id": "SPEAKER_01", "classification": "OOC",
       "classification_type": "OOC_OTHER", "classification_confidence": 0.6, "backend": "e5"},
      {"start_time": 9, "end_time": 11, "text": "Pizza", "speaker_id": "SPEAKER_02", "classification": "OOC",
       "classification_type": "OOC_OTHER", "classification_confidence": 0.8, "backend": "e5"},
      {"start_time": 14, "end_time": 15, "text": "Thank you", "speaker_id": "SPEAKER_02", "classification": "OOC",
       "classification_type": "OOC_OTHER", "classification_confidence": 0.8, "backend": "e5"}]})");
  }
  Evaluation result() {
    auto evaluation = compare({folder_ / "truth.json"}, {folder_ / "got_data.json"});
    EXPECT_TRUE(evaluation) << evaluation.error().message;
    return evaluation ? *evaluation : Evaluation{};
  }
  TestFolder folder_;
};

TEST_F(EvalOfTwo, CountsWordsThatAreScored) {
  const Evaluation evaluation = result();
  EXPECT_EQ(evaluation.words->words, 8u);
  EXPECT_EQ(evaluation.words->substitutions + evaluation.words->deletions, 2u);
  EXPECT_EQ(evaluation.words->errors(), 3u);  // "told", "now", and of "Thank you" one more than "now"
  EXPECT_EQ(*evaluation.words_without_speech, 2u);
  EXPECT_EQ(evaluation.speaker_words->errors.errors(), 3u);
}

TEST_F(EvalOfTwo, CountsSpeakersOfAllSpeechScoredOrNot) {
  const Evaluation evaluation = result();
  EXPECT_DOUBLE_EQ(evaluation.diarization->total, 11);
  EXPECT_DOUBLE_EQ(evaluation.diarization->confusion, 3);  // SPEAKER_01 is Hanna, so not Gil
  EXPECT_DOUBLE_EQ(evaluation.diarization->missed, 0);
  EXPECT_DOUBLE_EQ(evaluation.diarization->false_alarm, 1);
  EXPECT_EQ(evaluation.speakers.reference, 3u);
  EXPECT_EQ(evaluation.speakers.hypothesis, 3u);
}

TEST_F(EvalOfTwo, ComparesLabelsSegmentBySegment) {
  const Evaluation evaluation = result();
  const LabelScores& labels = *evaluation.labels;
  EXPECT_EQ(labels.classification.total(), 3);
  EXPECT_NEAR(labels.classification.accuracy(), 2.0 / 3, 1e-12);
  EXPECT_EQ(labels.classification.at(0, 2), 1);  // IC taken for MIXED
  EXPECT_EQ(labels.clear_right, 2u);
  EXPECT_EQ(labels.clear_segments, 3u);
  EXPECT_EQ(labels.voice.accuracy(), 1);
  EXPECT_EQ(labels.characters, 1u);
  EXPECT_EQ(labels.characters_right, 1u);
  EXPECT_EQ(labels.confident, 3u);
}

TEST_F(EvalOfTwo, CountsASegmentThatNothingAnswersToAsWrong) {
  put(folder_ / "got_data.json",
      R"({"segments": [{"start_time": 0, "end_time": 4, "text": "The bell", "speaker_id": "A",
     "classification": "IC", "classification_confidence": 0.9, "backend": "e5"}]})");
  const Evaluation evaluation = result();
  EXPECT_NEAR(evaluation.labels->classification.accuracy(), 1.0 / 3, 1e-12);
  EXPECT_EQ(evaluation.labels->classification.at(0, 3), 1);
  EXPECT_EQ(evaluation.labels->classification.at(1, 3), 1);
}

TEST_F(EvalOfTwo, ReportsInJsonWhatItReportsInText) {
  const Evaluation evaluation = result();
  const auto json = parse_json(eval_json(evaluation), "report");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["wer"]["rate"], 0.375);
  EXPECT_EQ((*json)["wer"]["words"], 8);
  EXPECT_EQ((*json)["cpwer"]["speakers"].size(), 3u);
  EXPECT_EQ((*json)["der"]["total"], 11.0);
  EXPECT_EQ((*json)["labels"]["classification"]["confusion"]["IC"]["MIXED"], 1);
  EXPECT_EQ((*json)["labels"]["ic_ooc"]["accuracy"], 0.6667);
  EXPECT_EQ((*json)["words_without_speech"], 2);
  const std::string text = eval_text(evaluation);
  EXPECT_THAT(text, HasSubstr("WER      37.50 %   8 words"));
  EXPECT_THAT(text, HasSubstr("IC/OOC   66.67 %   of 3 segments right"));
  EXPECT_EQ(eval_json(evaluation), eval_json(result()));
}

TEST_F(EvalOfTwo, TakesTurnsOfAnRttmBeforeOthers) {
  put(folder_ / "x.rttm", "SPEAKER x 1 0 5 <NA> <NA> A <NA> <NA>\n");
  const auto evaluation = compare({folder_ / "truth.json", folder_ / "x.rttm"}, {folder_ / "got_data.json"});
  ASSERT_TRUE(evaluation);
  EXPECT_DOUBLE_EQ(evaluation->diarization->total, 5);
  EXPECT_EQ(evaluation->words->words, 8u);
  const auto whole_folder = compare({folder_ / "truth.json"}, {folder_ / "x.rttm"});
  ASSERT_TRUE(whole_folder);
  EXPECT_FALSE(whole_folder->words);
  EXPECT_THAT(whole_folder->left_out, Contains("WER: the hypothesis has no text"));
}

TEST_F(EvalOfTwo, LeavesACollarOutWhereTold) {
  const auto evaluation = compare({folder_ / "truth.json"}, {folder_ / "got_data.json"}, 0.5);
  ASSERT_TRUE(evaluation);
  EXPECT_LT(evaluation->diarization->total, 11);
  EXPECT_EQ(evaluation->collar, Seconds{0.5});
}

TEST(Eval, ReadsPlainTextAsWords) {
  const TestFolder folder;
  put(folder / "a.txt", "The bell tolls.\nTwice!");
  put(folder / "b.txt", "the bell, twice");
  const auto result = compare({folder / "a.txt"}, {folder / "b.txt"});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->words->deletions, 1u);
  EXPECT_EQ(result->words->words, 4u);
  EXPECT_FALSE(result->speaker_words);
}

TEST(Eval, SaysWhyNothingCanBeCompared) {
  const TestFolder folder;
  put(folder / "a.rttm", "SPEAKER x 1 0 5 <NA> <NA> A <NA> <NA>\n");
  put(folder / "b.txt", "words");
  const auto different = compare({folder / "a.rttm"}, {folder / "b.txt"});
  ASSERT_FALSE(different);
  EXPECT_THAT(different.error().message, HasSubstr("nothing to compare"));
  EXPECT_EQ(exit_status(different.error().code), 2);
  put(folder / "c.mp3", "x");
  EXPECT_THAT(compare({folder / "c.mp3"}, {folder / "b.txt"}).error().message,
              HasSubstr("no kind that can be compared"));
  EXPECT_EQ(compare({folder / "none.txt"}, {folder / "b.txt"}).error().code, ErrorCode::NotFound);
  fs::create_directories(folder / "empty");
  EXPECT_EQ(compare({folder / "empty"}, {folder / "b.txt"}).error().code, ErrorCode::NotFound);
  put(folder / "two/a.stm", "a 1 A 0 1 x");
  put(folder / "two/b.stm", "b 1 A 0 1 x");
  EXPECT_THAT(compare({folder / "two"}, {folder / "b.txt"}).error().message, HasSubstr("several recordings"));
}

// One meeting, told by its STM, its RTTM and its words: the words are the same, and so are the speakers.
TEST(Eval, OfARealMeetingsFilesAgreesWithItself) {
  SKALD_NEED_SHARED(meeting, "testdata/conv_ami/dev00.stm");
  const fs::path folder = meeting.parent_path();
  const auto result = compare({meeting, folder / "dev00.rttm"}, {folder / "dev00.words.json"});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->speaker_words->errors.errors(), 0u);
  EXPECT_EQ(result->speakers.found, 2u);
  EXPECT_EQ(result->diarization->confusion, 0);
  EXPECT_EQ(result->words_without_speech, 0u);
}

}  // namespace
}  // namespace skald
