#include "service/settings/settings.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace skald {
namespace {

struct SettingsTest : ::testing::Test {
  void SetUp() override {
    for (const char* name : {"WHISPER_MODEL", "WHISPER_BACKEND", "WHISPER_LANGUAGE", "DIARIZATION_BACKEND",
                             "LLM_BACKEND", "INFERENCE_DEVICE"})
      ::unsetenv(name);
    options.model.clear();
    options.device.clear();
    options.transcriber.clear();
    options.diarizer.clear();
    options.classifier.clear();
  }
  TestFolder folder;
  ProcessOptions options;
};

TEST_F(SettingsTest, DefaultsWhereNothingIsSet) {
  const Settings settings = Settings::load({folder / ".env"}).value();
  ASSERT_TRUE(apply(settings, options));
  EXPECT_EQ(options.model, "whisper-base");
  EXPECT_EQ(options.device, "auto");
  EXPECT_EQ(options.transcriber, "whisper");
  EXPECT_EQ(options.diarizer, "community-1");
  EXPECT_EQ(options.classifier, "e5");
  EXPECT_TRUE(options.fallbacks.empty());
}

TEST_F(SettingsTest, EnvironmentWinsThenTheFirstFile) {
  put(folder / "a.env", "WHISPER_MODEL=small\nINFERENCE_DEVICE=cpu\n");
  put(folder / "b.env", "WHISPER_MODEL=large\nWHISPER_LANGUAGE=nl\n");
  ::setenv("INFERENCE_DEVICE", "auto", 1);
  const Settings settings = Settings::load({folder / "a.env", folder / "b.env"}).value();
  EXPECT_EQ(settings.find("WHISPER_MODEL")->value, "small");
  EXPECT_EQ(settings.find("WHISPER_MODEL")->origin, (folder / "a.env").string() + ", line 1");
  EXPECT_EQ(settings.find("INFERENCE_DEVICE")->origin, "environment");
  EXPECT_EQ(settings.find("WHISPER_LANGUAGE")->value, "nl");
  EXPECT_EQ(settings.find("OLLAMA_MODEL"), nullptr);
  ::unsetenv("INFERENCE_DEVICE");
}

TEST_F(SettingsTest, OptionsOfTheCommandWin) {
  put(folder / ".env", "WHISPER_MODEL=small\nLLM_BACKEND=ollama\n");
  options.model = "tiny";
  options.classifier = "e5";
  ASSERT_TRUE(apply(Settings::load({folder / ".env"}).value(), options));
  EXPECT_EQ(options.model, "tiny");
  EXPECT_EQ(options.classifier, "e5");
  EXPECT_TRUE(options.fallbacks.empty());
}

TEST_F(SettingsTest, BackendThatIsNotThereFallsBackByName) {
  put(folder / ".env", "WHISPER_BACKEND=local\nDIARIZATION_BACKEND=pyannote\nLLM_BACKEND=some-service\n");
  ASSERT_TRUE(apply(Settings::load({folder / ".env"}).value(), options));
  EXPECT_EQ(options.transcriber, "whisper");
  EXPECT_EQ(options.diarizer, "community-1");
  EXPECT_EQ(options.classifier, "e5");
  ASSERT_EQ(options.fallbacks.size(), 1U);
  EXPECT_EQ(options.fallbacks[0].wanted, "some-service");
  EXPECT_NE(options.fallbacks[0].reason.find("line 3"), std::string::npos);
}

TEST_F(SettingsTest, WrongFileIsNamedWithItsLineAndStays) {
  const std::string text = "WHISPER_MODEL=base\nINFERENCE_DEVICE=toaster\n";
  put(folder / ".env", text);
  const auto settings = Settings::load({folder / ".env"});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfig);
  EXPECT_NE(settings.error().message.find("line 2"), std::string::npos);
  EXPECT_EQ(content_of(folder / ".env"), text);
}

TEST(Secrets, KeysAndTokens) {
  EXPECT_TRUE(is_secret("GROQ_API_KEY"));
  EXPECT_TRUE(is_secret("HF_TOKEN"));
  EXPECT_FALSE(is_secret("WHISPER_MODEL"));
}

}  // namespace
}  // namespace skald
