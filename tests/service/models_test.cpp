#include "service/models/models.hpp"

#include <gtest/gtest.h>

#include "store/store.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

struct ModelsTest : ::testing::Test {
  TestFolder folder;
  void SetUp() override {
    ::setenv("SKALD_HOME", (folder / "home").c_str(), 1);
    ::setenv("SKALD_MODELS", (folder / "models").c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("SKALD_HOME");
    ::unsetenv("SKALD_MODELS");
  }
  std::filesystem::path speech_model(const std::string& name) {
    for (const char* file : {"model.bin", "config.json"}) put(folder / ("models/" + name + "/" + file), "{}");
    put(folder / ("models/" + name + "/vocabulary.json"), R"(["<|en|>", "<|nl|>", "x"])");
    return folder / ("models/" + name);
  }
};

TEST_F(ModelsTest, SpeechModelByNameShortNameOrFolder) {
  const auto path = speech_model("whisper-mine");
  EXPECT_EQ(find_speech_model("whisper-mine").value(), path);
  EXPECT_EQ(find_speech_model("mine").value(), path);
  EXPECT_EQ(find_speech_model(path.string()).value(), path);
}

TEST_F(ModelsTest, MissingFileIsNamed) {
  const auto path = speech_model("whisper-mine");
  std::filesystem::remove(path / "config.json");
  const auto found = find_speech_model("whisper-mine");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::InvalidModel);
  EXPECT_NE(found.error().message.find("config.json"), std::string::npos);
}

TEST_F(ModelsTest, UnknownNameSaysWhereToLook) {
  const auto found = find_speech_model("whisper-none");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::NotFound);
  EXPECT_NE(found.error().advice.find("skald models list"), std::string::npos);
}

TEST_F(ModelsTest, LanguagesAreThoseOfTheVocabulary) {
  EXPECT_EQ(model_languages(speech_model("m")).value(), (std::vector<std::string>{"en", "nl"}));
}

TEST_F(ModelsTest, AddedModelsAreLinkedAndNeverReplaced) {
  const auto path = speech_model("m");
  const auto added = add_model(path, "turbo");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(std::filesystem::read_symlink(*added), path);
  EXPECT_FALSE(add_model(path, "turbo"));
  EXPECT_FALSE(add_model(path, "../turbo"));
  EXPECT_TRUE(find_speech_model("turbo"));
}

TEST_F(ModelsTest, IdentityFollowsTheContent) {
  const auto path = speech_model("m");
  auto store = Store::open(folder / "home").value();
  const std::string one = model_identity(*store, path).value();
  EXPECT_EQ(model_identity(*store, path).value(), one);
  put(path / "model.bin", "other content");
  EXPECT_NE(model_identity(*store, path).value(), one);
}

TEST(StagedModels, AreThoseOfTheCatalogue) {
  SKALD_NEED_MODEL(whisper, "whisper-base");
  SKALD_NEED_MODEL(speakers, "community-1");
  SKALD_NEED_MODEL(text, "e5-small");
  ::setenv("SKALD_MODELS", SKALD_MODELS_DIR, 1);
  for (const char* name : {"whisper-base", "community-1", "e5-small"}) {
    const auto differences = verify_model(name);
    ASSERT_TRUE(differences) << differences.error().message;
    EXPECT_TRUE(differences->empty()) << differences->front();
  }
  ::unsetenv("SKALD_MODELS");
}

TEST_F(ModelsTest, OnlyWhatWasAddedIsTakenOutAndItsFilesStay) {
  const auto path = speech_model("m");
  ASSERT_TRUE(add_model(path, "turbo"));
  for (const char* name : {"m", "none", "", "../models/m", "."}) EXPECT_FALSE(remove_model(name)) << name;
  ASSERT_TRUE(remove_model("turbo"));
  EXPECT_FALSE(find_model("turbo"));
  EXPECT_TRUE(std::filesystem::exists(path / "model.bin"));
}

}  // namespace
}  // namespace skald
