#include "service/session/options.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

struct OptionsTest : ::testing::Test {
  TestFolder folder;
  ProcessOptions options;
  void SetUp() override {
    ::setenv("SKALD_MODELS", SKALD_MODELS_DIR, 1);
    put(folder / "a.wav", "not empty");
    options.recordings = {folder / "a.wav"};
    options.output = folder / "output";
  }
  void expect(ErrorCode code, const std::string& words) const {
    const auto checked = check(options);
    ASSERT_FALSE(checked) << words;
    EXPECT_EQ(checked.error().code, code) << checked.error().message;
    EXPECT_NE(checked.error().message.find(words), std::string::npos) << checked.error().message;
    EXPECT_EQ(exit_status(checked.error().code), 2);
  }
};

TEST_F(OptionsTest, RecordingsThatCannotBe) {
  options.recordings = {};
  expect(ErrorCode::Usage, "no recording");
  options.recordings = {folder / "none.wav"};
  expect(ErrorCode::NotFound, "none.wav");
  options.recordings = {folder.path()};
  expect(ErrorCode::InvalidInput, "folder");
  put(folder / "empty.wav", "");
  options.recordings = {folder / "empty.wav"};
  expect(ErrorCode::InvalidInput, "empty");
}

TEST_F(OptionsTest, SpeakerCountsThatCannotBe) {
  options.speakers = 0;
  expect(ErrorCode::Usage, "--speakers");
  options.speakers = 3;
  options.min_speakers = 2;
  expect(ErrorCode::Usage, "--speakers");
  options.speakers.reset();
  options.max_speakers = 1;
  expect(ErrorCode::Usage, "--min-speakers");
}

TEST_F(OptionsTest, StagesInTheWrongOrder) {
  options.from = StageId::Classify;
  options.until = StageId::Listen;
  expect(ErrorCode::Usage, "--until");
}

TEST_F(OptionsTest, UnknownBackendNamesTheKnownOnes) {
  options.transcriber = "parrot";
  const auto checked = check(options);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().advice.find("whisper"), std::string::npos);
}

TEST_F(OptionsTest, UnknownLanguageNamesTheKnownOnes) {
  SKALD_NEED_MODEL(whisper, "whisper-base");
  options.languages = {"xx"};
  options.language_choice = LanguageChoice::Named;
  expect(ErrorCode::Usage, "'xx'");
  EXPECT_NE(check(options).error().advice.find(" nl "), std::string::npos);
}

TEST_F(OptionsTest, GoodOptionsMakeTheOutputFolderAndNameTheSession) {
  SKALD_NEED_MODEL(whisper, "whisper-base");
  SKALD_NEED_MODEL(speakers, "community-1");
  SKALD_NEED_MODEL(text, "e5-small");
  const auto checked = check(options);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->options.session, "a");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "output"));
  EXPECT_GE(checked->threads, 1);
}

}  // namespace
}  // namespace skald
