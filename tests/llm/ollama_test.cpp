// Against a real Ollama and a real, very small model, where tools/build_ollama has put them into the cache:
// `make ollama-test`. What it labels is not judged, a model of this size cannot tell; that every answer is
// read, and every failure recognised, is.
#include "engines/llm/ollama.hpp"

#include <gtest/gtest.h>

#include "engines/llm/confidence.hpp"
#include "engines/llm/openai.hpp"
#include "llm/fake_model.hpp"
#include "pipeline/memory/llm_need.hpp"
#include "support/folder.hpp"
#include "support/ollama_server.hpp"

namespace {

using namespace skald;
using namespace skald::llm;
using skald::testing::OllamaServer;

const CancelToken kNever;
const LlmEvents kQuiet;

class RealOllama : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // "built_for" comes last: an Ollama without it is not whole.
    if (!std::filesystem::exists(skald::testing::ollama_program().parent_path() / "built_for") ||
        !std::filesystem::exists(skald::testing::small_model()))
      return;
    folder_ = new TestFolder;
    server_ = new OllamaServer(folder_->path());
    ASSERT_TRUE(server_->create("tiny", skald::testing::small_model()));
  }
  static void TearDownTestSuite() {
    delete server_;
    delete folder_;
  }
  void SetUp() override {
    if (server_ == nullptr) GTEST_SKIP() << "no Ollama in the cache; `make ollama-test` builds one";
  }

  // One thread: two that wait for each other crawl on a machine that others use.
  static LlmTarget target() {
    LlmTarget tiny = ollama_at(server_->url());
    tiny.threads = 1;
    return tiny;
  }
  static LlmJob small_session() {
    LlmJob job = session(4);
    job.context.max_segments = 0;
    return job;
  }

  static inline TestFolder* folder_ = nullptr;
  static inline OllamaServer* server_ = nullptr;
};

TEST_F(RealOllama, TellsOfItselfAndItsModels) {
  Ollama ollama(server_->url());
  EXPECT_TRUE(ollama.version());
  const auto models = ollama.models();
  ASSERT_TRUE(models) << models.error().message;
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(models->front().name, "tiny:latest");
  EXPECT_EQ(models->front().quantization, "Q4_1");
  EXPECT_EQ(models->front().digest.size(), 64U);
  const auto shape = ollama.shape("tiny");
  ASSERT_TRUE(shape) << shape.error().message;
  EXPECT_EQ(shape->layers, 30);
  EXPECT_EQ(shape->vocabulary, 49152);
  EXPECT_EQ(ollama.shape("nope").error().code, ErrorCode::NotFound);
  EXPECT_EQ(ollama.place(), HostPlace::ThisMachine);
}

TEST_F(RealOllama, LabelsEverySegmentWithAMeasuredConfidenceAndIsUnloaded) {
  TestFolder folder;
  const LlmJob job = small_session();
  const LabelRun run = label_segments(target(), job, folder / "units", kQuiet, kNever);
  ASSERT_FALSE(run.stopped) << run.stopped->message;
  EXPECT_EQ(run.calls, 1U) << "the schema leaves no id out";
  EXPECT_GT(run.tokens_in, 500);
  EXPECT_LE(run.tokens_in, estimate(target(), job, folder / "none").tokens);
  for (const auto& label : run.labels) {
    ASSERT_TRUE(label);
    EXPECT_NE(label->reasoning.find("probabilities"), std::string::npos) << label->reasoning;
    EXPECT_GE(label->confidence, 0.01);
    EXPECT_LE(label->confidence, 0.99);
  }

  Ollama ollama(server_->url());
  const auto loaded = ollama.loaded();
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1U);
  LlmSettings settings;
  settings.num_ctx = estimate(target(), job, folder / "none").num_ctx;
  // Of a model on the CPU, /api/ps counts weights and KV cache alone.
  const LlmNeed need = llm_need(*ollama.shape("tiny"), settings);
  EXPECT_NEAR(static_cast<double>(need.weights + need.kv) / static_cast<double>(loaded->front().size), 1,
              0.05)
      << need.weights << " + " << need.kv << ", Ollama says " << loaded->front().size;

  const auto gone = ollama.unload("tiny");
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(*gone, Unloaded::Yes);
  EXPECT_TRUE(ollama.loaded()->empty());
}

TEST_F(RealOllama, AnUnknownModelIsToldAtOnce) {
  TestFolder folder;
  LlmTarget unknown = target();
  unknown.model = "nope";
  const LabelRun run = label_segments(unknown, small_session(), folder / "units", kQuiet, kNever);
  ASSERT_TRUE(run.stopped);
  EXPECT_EQ(run.stopped->failure, LlmFailure::UnknownModel) << run.stopped->message;
  EXPECT_EQ(run.calls, 1U);
}

TEST_F(RealOllama, AnOpenAiCompatibleServiceOfItsOwn) {
  LlmTarget v1 = target();
  v1.service = "compatible";
  v1.base_url = server_->url() + "/v1";
  const auto models = openai_models(v1, kNever);
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(chat_model_of(*models), "tiny:latest");
  LlmTarget unknown = v1;
  unknown.model = "nope";
  TestFolder folder;
  const LabelRun none = label_segments(unknown, small_session(), folder / "none", kQuiet, kNever);
  ASSERT_TRUE(none.stopped);
  EXPECT_EQ(none.stopped->failure, LlmFailure::UnknownModel) << none.stopped->message;
  const LabelRun run = label_segments(v1, small_session(), folder / "units", kQuiet, kNever);
  ASSERT_FALSE(run.stopped) << run.stopped->message;
  for (const auto& label : run.labels) EXPECT_EQ(label->backend, "compatible");
}

TEST_F(RealOllama, AModelThatDoesNotFitIsToldWithItsFigures) {
  // A KV cache for two thousand at a time is more than any machine of ours has.
  TestFolder folder;
  OllamaServer crowded(folder.path(), {{"OLLAMA_NUM_PARALLEL", "20000"}});
  ASSERT_TRUE(crowded.create("tiny", skald::testing::small_model()));
  LlmTarget large = target();
  large.base_url = crowded.url();
  const LabelRun run = label_segments(large, small_session(), folder / "units", kQuiet, kNever);
  ASSERT_TRUE(run.stopped);
  EXPECT_EQ(run.stopped->failure, LlmFailure::OutOfMemory) << run.stopped->message;
  EXPECT_EQ(run.calls, 1U);
  ASSERT_TRUE(run.stopped->needed_bytes && run.stopped->available_bytes) << run.stopped->message;
  EXPECT_GT(*run.stopped->needed_bytes, *run.stopped->available_bytes);
  EXPECT_TRUE(Ollama(crowded.url()).loaded()->empty());
}

TEST_F(RealOllama, APromptBeyondTheContextIsTooLarge) {
  TestFolder folder;
  LlmTarget narrow = target();
  narrow.num_ctx = 256;
  FakeTime time;
  const LabelRun run = label_segments(narrow, session(1), folder / "units", kQuiet, kNever, time.timing());
  ASSERT_TRUE(run.stopped);
  EXPECT_EQ(run.stopped->failure, LlmFailure::BadAnswer) << run.stopped->message;
  EXPECT_LE(run.calls, 3U);
}

}  // namespace
