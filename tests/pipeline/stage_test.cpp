#include "pipeline/stage.hpp"

#include <gtest/gtest.h>

#include <set>

namespace skald {
namespace {

TEST(Stages, TableIsInOrderAndDependsOnlyOnEarlierStages) {
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kStages[i].id), i);
    EXPECT_LT(kStages[i].depends_on, 1U << i) << kStages[i].name;
    EXPECT_EQ(stage_from(kStages[i].name), kStages[i].id);
  }
}

TEST(Stages, NamesOfOtherToolsAreUnderstood) {
  EXPECT_EQ(stage_from("diarization"), StageId::Diarize);
  EXPECT_EQ(stage_from("transcription"), StageId::Transcribe);
  EXPECT_EQ(stage_from("classification"), StageId::Classify);
  EXPECT_EQ(stage_from("dancing"), std::nullopt);
}

TEST(Stages, RedoingOneRedoesWhatDependsOnIt) {
  EXPECT_TRUE(follows(StageId::Diarize, StageId::Diarize));
  EXPECT_TRUE(follows(StageId::Export, StageId::Decode));
  EXPECT_TRUE(follows(StageId::Assign, StageId::Diarize));
  EXPECT_FALSE(follows(StageId::Transcribe, StageId::Diarize));
  EXPECT_FALSE(follows(StageId::Decode, StageId::Listen));
}

TEST(ArtifactKey, ChangesWithEachPartAndOnlyThen) {
  const Json parameters = {{"model", "base"}, {"beam", 1}};
  const std::string key = artifact_key(StageId::Transcribe, parameters, {"a", "b"});
  EXPECT_EQ(key.size(), 64U);
  EXPECT_EQ(key, artifact_key(StageId::Transcribe, parameters, {"a", "b"}));
  const std::set<std::string> others = {
      key,
      artifact_key(StageId::Listen, parameters, {"a", "b"}),
      artifact_key(StageId::Transcribe, {{"model", "base"}, {"beam", 2}}, {"a", "b"}),
      artifact_key(StageId::Transcribe, parameters, {"b", "a"}),
      artifact_key(StageId::Transcribe, parameters, {"ab"}),
      artifact_key(StageId::Transcribe, parameters, {})};
  EXPECT_EQ(others.size(), 6U);
}

}  // namespace
}  // namespace skald
