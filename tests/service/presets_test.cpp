#include "service/settings/presets.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace skald {
namespace {

Settings settings_of(const std::string& text) {
  TestFolder folder;
  put(folder / ".env", text);
  return Settings::load({folder / ".env"}).value();
}

ProcessOptions unset() {
  ProcessOptions options;
  for (std::string* each : {&options.transcriber, &options.diarizer, &options.classifier, &options.device})
    each->clear();
  return options;
}

TEST(Presets, ChooseAllThreeBackends) {
  const Settings settings = settings_of("OLLAMA_MODEL=gpt-oss:20b\n");
  struct Row {
    const char *name, *transcriber, *classifier, *device;
  };
  for (const Row& row : {Row{"local", "whisper", "ollama", ""}, Row{"groq", "groq", "groq", ""},
                         Row{"mixed", "whisper", "groq", ""}, Row{"cpu", "whisper", "ollama", "cpu"},
                         Row{"low-memory", "whisper", "ollama", ""}}) {
    ProcessOptions options = unset();
    choose_backends(chosen_preset(row.name, settings).value(), options);
    EXPECT_EQ(options.transcriber, row.transcriber) << row.name;
    EXPECT_EQ(options.diarizer, "community-1") << row.name;
    EXPECT_EQ(options.classifier, row.classifier) << row.name;
    EXPECT_EQ(options.device, row.device) << row.name;
    // Each of them is a backend of this version.
    EXPECT_TRUE(check_backend(BackendKind::Transcriber, options.transcriber)) << row.name;
    EXPECT_TRUE(check_backend(BackendKind::Classifier, options.classifier)) << row.name;
  }
}

TEST(Presets, WhatIsNamedBesideThemWins) {
  ProcessOptions options = unset();
  options.classifier = "e5";
  options.device = "cuda";
  choose_backends(chosen_preset("cpu", settings_of("OLLAMA_MODEL=x\n")).value(), options);
  EXPECT_EQ(options.classifier, "e5");
  EXPECT_EQ(options.device, "cuda");
}

TEST(Presets, WithoutOllamaTheEmbeddedClassifierLabels) {
  for (const char* name : {"local", "cpu", "low-memory"}) {
    EXPECT_EQ(chosen_preset(name, settings_of("WHISPER_MODEL=base\n"))->classifier, "e5") << name;
    EXPECT_EQ(chosen_preset(name, settings_of("OLLAMA_FALLBACK_MODEL=llama3.2:3b\n"))->classifier, "ollama")
        << name;
    EXPECT_EQ(chosen_preset(name, settings_of("LLM_BACKEND=ollama\n"))->classifier, "ollama") << name;
  }
}

// Only `groq` and `mixed` name a service.
TEST(Presets, NothingGoesToAServiceUnlessItIsNamed) {
  const Settings settings = settings_of("GROQ_API_KEY=gsk_0123456789\nOPENAI_API_KEY=sk-0123456789\n");
  for (const char* name : {"local", "cpu", "low-memory"}) {
    const Preset preset = chosen_preset(name, settings).value();
    for (const BackendInfo& backend : backends())
      for (const std::string_view used : {preset.transcriber, preset.diarizer, preset.classifier})
        EXPECT_TRUE(backend.name != used || backend.place == BackendPlace::Local) << name;
  }
}

TEST(Presets, SmallerModelsAndUnloading) {
  const Settings settings = settings_of("OLLAMA_MODEL=gpt-oss:20b\nOLLAMA_FALLBACK_MODEL=llama3.2:3b\n");
  const auto with = [&](const char* name) {
    ProcessOptions options = unset();
    const Preset preset = chosen_preset(name, settings).value();
    choose_backends(preset, options);
    EXPECT_TRUE(apply(settings, options));
    choose_models(preset, options);
    return options;
  };
  EXPECT_EQ(with("local").services.ollama.model, "llama3.2:3b");
  EXPECT_EQ(with("cpu").services.ollama.model, "gpt-oss:20b");
  EXPECT_EQ(with("low-memory").services.unload, OllamaUnload::All);
  EXPECT_EQ(with("low-memory").memory_use, MemoryUse::Least);
  EXPECT_EQ(with("local").services.unload, OllamaUnload::Own);
}

TEST(Presets, UnknownNamesAreToldWithTheKnownOnes) {
  const auto unknown = chosen_preset("fast", settings_of(""));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::Usage);
  EXPECT_EQ(unknown.error().advice, "Known: local, groq, mixed, cpu, low-memory.");
}

}  // namespace
}  // namespace skald
