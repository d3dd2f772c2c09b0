#include "service/settings/settings.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/secrets.hpp"
#include "service/settings/services.hpp"

#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct SettingsTest : ::testing::Test {
  void SetUp() override {
    for (const SettingInfo& setting : setting_catalogue()) ::unsetenv(std::string(setting.name).c_str());
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

struct Wrong {
  const char *text, *says;
};
std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
  return out << wrong.text;
}

class WrongSetting : public SettingsTest, public ::testing::WithParamInterface<Wrong> {};

TEST_P(WrongSetting, IsNamedWithPlaceAndRangeAndShowsNoSecret) {
  put(folder / ".env", std::string("A=1\n") + GetParam().text + "\n");
  const auto settings = Settings::load({folder / ".env"});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfig);
  EXPECT_THAT(describe(settings.error()),
              HasSubstr((folder / ".env").string() + ": line 2, column " + GetParam().says));
  EXPECT_THAT(describe(settings.error()), Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongSetting,
    ::testing::Values(
        Wrong{"GROQ_API_KEY='s3cret two'", "14: GROQ_API_KEY must be a key without blanks"},
        Wrong{"SESSION_APP_PORT=70000", "18: SESSION_APP_PORT must be a whole number from 1 to 65535"},
        Wrong{"SESSION_APP_PORT=80.5", "18: SESSION_APP_PORT must be"},
        Wrong{"OLLAMA_BASE_URL=localhost:11434", "17: OLLAMA_BASE_URL must be an address"},
        Wrong{"WHISPER_LANGUAGE=english!", "18: WHISPER_LANGUAGE must be auto or"},
        Wrong{"INFERENCE_DEVICE=tpu", "18: INFERENCE_DEVICE must be cpu, cuda or auto"},
        Wrong{"LOG_LEVEL_FILE=loud", "16: LOG_LEVEL_FILE must be debug, info, warning, error or critical"},
        Wrong{"CLASSIFICATION_BATCH_SIZE=0",
              "27: CLASSIFICATION_BATCH_SIZE must be a whole number from 1 to 200"},
        Wrong{"GROQ_MAX_CALLS_PER_SECOND=-1",
              "27: GROQ_MAX_CALLS_PER_SECOND must be a number from 0.001 to 1000"},
        Wrong{"LLM_DAILY_TOKENS=12",
              "18: LLM_DAILY_TOKENS must be a whole number from 1000 to 1000000000000"},
        Wrong{"OLLAMA_MODLE=s3cret", "14: there is no setting OLLAMA_MODLE. Is it OLLAMA_MODEL?"},
        Wrong{"whisper_model=base", "15: there is no setting whisper_model. Is it WHISPER_MODEL?"},
        Wrong{"GROQ_APIKEY=s3cret", "13: there is no setting GROQ_APIKEY. Is it GROQ_API_KEY?"},
        Wrong{"SKALD_COLOUR=no", "14: there is no setting SKALD_COLOUR. `skald config show` lists"},
        Wrong{"SKALD_HOME=/tmp", "12: SKALD_HOME is read from the environment only"}));

TEST_F(SettingsTest, TheEnvironmentIsCheckedToo) {
  ::setenv("LOG_LEVEL_FILE", "loud", 1);
  const auto settings = Settings::load({});
  ::unsetenv("LOG_LEVEL_FILE");
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().message, HasSubstr("environment: LOG_LEVEL_FILE must be debug"));
}

TEST_F(SettingsTest, TakesDecimalCommasAndWordsInAnyCase) {
  put(folder / ".env", "GROQ_MAX_CALLS_PER_SECOND=0,5\nLOG_LEVEL_CONSOLE=INFO\nINFERENCE_DEVICE=CUDA\n");
  const auto settings = Settings::load({folder / ".env"});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->number("GROQ_MAX_CALLS_PER_SECOND"), 0.5);
  ASSERT_TRUE(apply(*settings, options));
  EXPECT_EQ(options.device, "cuda");
}

// All names that the Python program's files hold, and some of its other ones.
TEST_F(SettingsTest, FilesOfThePredecessorWorkAsTheyAre) {
  put(folder / ".env",
      "# API\nGROQ_API_KEY=gsk_0123456789abcdefABCD\nOPENAI_API_KEY=\nHF_TOKEN=hf_0123456789abcdefghij\n"
      "WHISPER_MODEL=large-v3\nWHISPER_BACKEND=local\nWHISPER_LANGUAGE=nl\n"
      "DIARIZATION_BACKEND=pyannote\nLLM_BACKEND=ollama\nOLLAMA_MODEL=gpt-oss:20b\n"
      "OLLAMA_BASE_URL=http://localhost:11434\nOLLAMA_FALLBACK_MODEL=qwen2.5:7b\nINFERENCE_DEVICE=cuda\n"
      "GROQ_MAX_CALLS_PER_SECOND=2\nGROQ_RATE_LIMIT_BURST=2\nGROQ_RATE_LIMIT_PERIOD_SECONDS=1.0\n"
      "CLASSIFIER_CONTEXT_MAX_SEGMENTS=11\nCLASSIFIER_CONTEXT_PAST_SECONDS=45\n"
      "CLASSIFIER_CONTEXT_FUTURE_SECONDS=30\nCLASSIFICATION_BATCH_SIZE=10\nLOG_LEVEL_CONSOLE=INFO\n"
      "LOG_LEVEL_FILE=DEBUG\nSESSION_APP_PORT=7860\nCHUNK_LENGTH_SECONDS=600\nOUTPUT_DIR=output\n"
      "OLLAMA_MODELS=/data\n");
  const auto settings = Settings::load({folder / ".env"});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->unknown_names(), ElementsAre("CHUNK_LENGTH_SECONDS", "OUTPUT_DIR", "OLLAMA_MODELS"));
  const LlmServices llm = llm_services(*settings);
  EXPECT_EQ(llm.ollama.model, "gpt-oss:20b");
  EXPECT_EQ(llm.ollama_fallback_model, "qwen2.5:7b");
  EXPECT_EQ(llm.context.max_segments, 11);
  EXPECT_EQ(llm.calls.burst, 2);
  EXPECT_EQ(llm.unload, OllamaUnload::Own);
  EXPECT_EQ(llm.tokens_per_day("groq"), 100000);
  EXPECT_EQ(llm.tokens_per_day("openai"), std::nullopt);
  EXPECT_EQ(llm.tokens_per_day("ollama"), std::nullopt);
  const auto services = configured_services(llm);
  ASSERT_EQ(services.size(), 2U);  // no key for OpenAI, no address of another service
  EXPECT_EQ(services[1].base_url, "https://api.groq.com/openai/v1");
  EXPECT_EQ(without_secrets("sent gsk_0123456789abcdefABCD"), "sent [removed]");
}

TEST_F(SettingsTest, ServicesAreTyped) {
  put(folder / ".env",
      "LLM_BASE_URL=http://localhost:8080/v1\nLLM_MODEL=m\nLLM_DAILY_TOKENS=5000\nOLLAMA_UNLOAD=ALL\n");
  const LlmServices llm = llm_services(Settings::load({folder / ".env"}).value());
  EXPECT_EQ(llm.unload, OllamaUnload::All);
  EXPECT_EQ(llm.tokens_per_day("compatible"), 5000);
  EXPECT_EQ(llm.service("compatible")->model, "m");
  EXPECT_EQ(llm.service("compatible")->key, "");
  EXPECT_EQ(llm.service("other"), nullptr);
  EXPECT_EQ(configured_services(llm).back().name, "compatible");
}

TEST(SettingCatalogue, BuiltInValuesAreAllowedAndNamesAreKnownOnce) {
  std::set<std::string_view> names;
  for (const SettingInfo& setting : setting_catalogue()) {
    EXPECT_TRUE(is_allowed(setting, setting.built_in)) << setting.name;
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_EQ(meant_setting(setting.name), std::string(setting.name));
  }
  EXPECT_EQ(meant_setting("PATH"), std::nullopt);
  EXPECT_EQ(meant_setting("ANTHROPIC_API_KEY"), std::nullopt);
}

// docs/formats/settings.md has one row for each setting, made of the same words.
TEST(SettingCatalogue, IsTheTableOfTheDocument) {
  const std::string document = content_of(fs::path(SKALD_SOURCE_DIR) / "docs/formats/settings.md");
  std::string table;
  for (const SettingInfo& s : setting_catalogue())
    table += "| " + std::string(s.name) + " | " + allowed_values(s) + " | " + std::string(s.built_in) +
             " | " + std::string(s.option) + " | " + std::string(s.about) + " |\n";
  EXPECT_NE(document.find(table), std::string::npos) << "The table should be:\n" << table;
}

TEST(Secrets, KeysAndTokens) {
  EXPECT_TRUE(is_secret("GROQ_API_KEY"));
  EXPECT_TRUE(is_secret("HF_TOKEN"));
  EXPECT_TRUE(is_secret("Some_Other_Token"));
  EXPECT_FALSE(is_secret("WHISPER_MODEL"));
  EXPECT_FALSE(is_secret("LLM_DAILY_TOKENS"));
  EXPECT_EQ(masked("gsk_0123456789abcdefABCD"), "gsk_…ABCD");
  EXPECT_EQ(masked("sk-proj-0123456789abcd"), "sk-…abcd");
  EXPECT_EQ(masked("0123456789abcdef"), "…cdef");
  EXPECT_EQ(masked("short_key"), "…");
}

}  // namespace
}  // namespace skald
