#include "pipeline/memory/llm_need.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "memory/shapes.hpp"
#include "pipeline/memory/gguf.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

double mebi(std::uint64_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(kMebi);
}

struct Logged {
  const char* what;
  LlmShape shape;
  LlmSettings settings;
  double kv, compute;  // MiB, as llama.cpp prints them
};

LlmSettings with_context(int num_ctx, int parallel = 1, FlashAttention flash = FlashAttention::Unknown) {
  LlmSettings settings;
  settings.num_ctx = num_ctx;
  settings.parallel = parallel;
  settings.flash = flash;
  return settings;
}

// "KV self size" and "CUDA0 compute buffer size" of logs that users of llama.cpp and Ollama published.
TEST(LlmNeed, AgreesWithRealLogs) {
  const Logged logs[] = {{"Llama 3 8B, 4 slots of 2,048", llama3_8b(), with_context(2048, 4), 1024.0, 560.0},
                         {"Llama 3 8B, 8,192", llama3_8b(), with_context(8192), 1024.0, 560.0},
                         {"Llama 3 8B, 512", llama3_8b(), with_context(512), 64.0, 258.5},
                         {"Mistral 7B, 2,048", mistral_7b(), with_context(2048), 256.0, 164.0},
                         {"Mistral 7B, 32,768", mistral_7b(), with_context(32768), 4096.0, 2144.0},
                         {"Qwen 2.5 7B, flash attention", qwen25_7b(),
                          with_context(32768, 1, FlashAttention::On), 1792.0, 304.0}};
  for (const Logged& log : logs) {
    const LlmNeed need = llm_need(log.shape, log.settings);
    EXPECT_NEAR(mebi(need.kv), log.kv, 0.01) << log.what;
    EXPECT_NEAR(mebi(need.compute), log.compute, 0.01) << log.what;
  }
}

TEST(LlmNeed, SplitsWeightsAsLlamaCppDoes) {
  const LlmNeed all = llm_need(llama3_8b(), with_context(8192));
  // CUDA0 model 4156.00 + KV 1024.00 + compute 560.00; CPU model 281.81, CUDA_Host compute 24.01.
  EXPECT_NEAR(mebi(all.gpu), 4156.0 + 1024.0 + 560.0, 1.0);
  EXPECT_NEAR(mebi(all.host), 281.81 + 24.01, 0.1);
  LlmSettings none = with_context(8192);
  none.gpu_layers = 0;
  const LlmNeed cpu = llm_need(llama3_8b(), none);
  EXPECT_EQ(cpu.gpu, 0U);
  EXPECT_EQ(cpu.host, cpu.total());
}

// Gemma 3 27B: 52 sliding layers of 1,536 cells, 624.00 MiB, beside 10 whole ones.
TEST(LlmNeed, SlidingLayersHoldTheirWindowOnly) {
  LlmShape gemma = plain_shape(gibi(15), 62, 5376, 32, 16, 128, 262208);
  gemma.window = 1024;
  for (int layer = 0; layer < 62; ++layer) gemma.slides.push_back(layer % 6 < 5);
  const double whole_layers = 10 * 16384 * 4096.0 * 2 / static_cast<double>(kMebi);
  EXPECT_NEAR(mebi(llm_need(gemma, with_context(16384)).kv), 624.0 + whole_layers, 0.01);
  // A context below the window gains nothing.
  const LlmNeed small = llm_need(gemma, with_context(1024));
  EXPECT_NEAR(mebi(small.kv), 62 * 1024 * 4096.0 * 2 / static_cast<double>(kMebi), 0.01);
}

// Sixteen layers with attention of 2 x 1,024 numbers, 262,144 tokens: 8704.00 MiB in q8_0.
TEST(LlmNeed, QuantisedCacheTakesItsShare) {
  LlmShape shape = plain_shape(gibi(16), 64, 5120, 24, 4, 256, 248320);
  for (std::size_t layer = 0; layer < shape.kv_width.size(); ++layer)
    if (layer % 4 != 3) shape.kv_width[layer] = 0;
  LlmSettings settings = with_context(262144);
  settings.kv = KvType::Q8_0;
  EXPECT_NEAR(mebi(llm_need(shape, settings).kv), 8704.0, 0.01);
  settings.kv = KvType::F16;
  EXPECT_NEAR(mebi(llm_need(shape, settings).kv), 16384.0, 0.01);
}

// The small model that the tests of Ollama use: its header here, and what Ollama 0.17.4 logged when it was
// loaded.
TEST(LlmNeed, AgreesWithTheLogOfASmallModel) {
  SKALD_NEED_MODEL(folder, "smollm2");
  std::filesystem::path file;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".gguf") file = entry.path();
  ASSERT_FALSE(file.empty());
  const auto shape = read_gguf_shape(file);
  ASSERT_TRUE(shape) << shape.error().message;
  const LlmNeed small = llm_need(*shape, with_context(2048));
  EXPECT_NEAR(mebi(small.weights), 92.10, 0.01);
  EXPECT_NEAR(mebi(small.kv), 45.0, 0.01);
  const LlmNeed large = llm_need(*shape, with_context(8192, 1, FlashAttention::On));
  EXPECT_NEAR(mebi(large.kv), 180.0, 0.01);
  EXPECT_NEAR(mebi(large.compute), 97.12, 0.01);
}

TEST(LlmNeed, SlotsMultiplyTheCache) {
  const std::uint64_t one = llm_need(qwen25_7b(), with_context(4096)).kv;
  EXPECT_EQ(llm_need(qwen25_7b(), with_context(4096, 4)).kv, 4 * one);
}

TEST(LlmNeed, MoreLayersOnTheCardMeanMoreOfItAndLessOfTheHost) {
  const LlmShape shape = llama3_8b();
  LlmSettings settings = with_context(8192);
  LlmNeed last;
  for (int layers = 0; layers <= shape.layers + 1; ++layers) {
    settings.gpu_layers = layers;
    const LlmNeed need = llm_need(shape, settings);
    if (layers > 0) {
      EXPECT_GT(need.gpu, last.gpu) << layers;
      EXPECT_LT(need.host, last.host) << layers;
    }
    last = need;
  }
  settings.gpu_layers.reset();
  EXPECT_EQ(llm_need(shape, settings).gpu, last.gpu);
}

TEST(LlmNeed, FindsTheMostLayersThatFit) {
  const LlmShape shape = gpt_oss_20b();
  const LlmSettings settings = with_context(4096);
  EXPECT_EQ(layers_that_fit(shape, settings, gibi(16)), 25);
  EXPECT_EQ(layers_that_fit(shape, settings, gibi(0.5)), 0);
  const int some = layers_that_fit(shape, settings, gibi(9.3));
  ASSERT_GT(some, 0);
  ASSERT_LT(some, 25);
  LlmSettings with = settings;
  with.gpu_layers = some;
  EXPECT_LE(llm_need(shape, with).gpu, gibi(9.3));
  with.gpu_layers = some + 1;
  EXPECT_GT(llm_need(shape, with).gpu, gibi(9.3));
}

TEST(LlmNeed, FindsTheLargestContextThatFits) {
  const LlmShape shape = llama3_8b();
  const LlmSettings settings = with_context(32768);
  const auto found = context_that_fits(shape, settings, gibi(6), 2048);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found % 256, 0);
  EXPECT_LE(llm_need(shape, with_context(*found)).gpu, gibi(6));
  EXPECT_GT(llm_need(shape, with_context(*found + 256)).gpu, gibi(6));
  EXPECT_FALSE(context_that_fits(shape, settings, gibi(3), 2048));
  EXPECT_EQ(context_that_fits(shape, settings, gibi(60), 2048), 32768);
}

// ---- /api/show ----

Json show_of_qwen() {
  return Json::parse(R"({"details":{"family":"qwen2"},"model_info":{
    "general.architecture":"qwen2","general.parameter_count":7615616512,
    "qwen2.attention.head_count":28,"qwen2.attention.head_count_kv":4,"qwen2.block_count":28,
    "qwen2.context_length":32768,"qwen2.embedding_length":3584,"tokenizer.ggml.tokens":null},
    "tensors":[{"name":"token_embd.weight","type":"Q4_K","shape":[3584,152064]},
               {"name":"output.weight","type":"Q6_K","shape":[3584,152064]},
               {"name":"blk.0.attn_k.weight","type":"Q4_K","shape":[3584,512]}]})");
}

TEST(Show, GivesTheShape) {
  const auto shape = shape_from_show(show_of_qwen(), 4'700'000'000);
  ASSERT_TRUE(shape) << shape.error().message;
  EXPECT_EQ(shape->layers, 28);
  EXPECT_EQ(shape->width, 3584);
  EXPECT_EQ(shape->heads, 28);
  EXPECT_EQ(shape->vocabulary, 152064);
  EXPECT_EQ(shape->context, 32768);
  EXPECT_EQ(shape->kv_width, std::vector<int>(28, 1024));
  EXPECT_EQ(shape->embedding, 152064ULL * 3584 / 256 * 144);
  EXPECT_EQ(shape->output_kind, Output::Own);
  EXPECT_NEAR(mebi(llm_need(*shape, with_context(32768, 1, FlashAttention::On)).compute), 304.0, 0.01);
}

TEST(Show, WithoutTensorsTakesTheSizeOnDisk) {
  Json show = show_of_qwen();
  show.erase("tensors");
  show["model_info"]["qwen2.vocab_size"] = 152064;
  const auto shape = shape_from_show(show, 4'700'000'000);
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->weight_bytes, 4'700'000'000U);
  EXPECT_GT(shape->embedding, 0U);
  show = show_of_qwen();
  show["tensors"][0]["type"] = "Q17";
  EXPECT_EQ(shape_from_show(show, 4'700'000'000)->weight_bytes, 4'700'000'000U);
}

TEST(Show, KnowsWhichLayersSlide) {
  Json show = show_of_qwen();
  Json& info = show["model_info"];
  info =
      Json::parse(R"({"general.architecture":"gemma3","gemma3.block_count":12,"gemma3.embedding_length":2560,
    "gemma3.attention.head_count":8,"gemma3.attention.head_count_kv":4,"gemma3.attention.key_length":256,
    "gemma3.attention.value_length":256,"gemma3.attention.sliding_window":1024})");
  auto shape = shape_from_show(show, 3'300'000'000);
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->window, 1024);
  EXPECT_EQ(shape->slides,
            (std::vector<bool>{true, true, true, true, true, false, true, true, true, true, true, false}));
  EXPECT_EQ(shape->kv_width.front(), 2048);
  info["gemma3.attention.sliding_window_pattern"] =
      Json::array({true, false, true, false, true, false, true, false, true, false, true, false});
  shape = shape_from_show(show, 3'300'000'000);
  EXPECT_EQ(shape->slides[1], false);
  EXPECT_EQ(shape->slides[2], true);
  // A window that nothing tells the layers of is counted as none, which takes more.
  info = Json::parse(R"({"general.architecture":"other","other.block_count":2,"other.embedding_length":256,
    "other.attention.head_count":4,"other.attention.sliding_window":512})");
  EXPECT_EQ(shape_from_show(show, 1000)->window, 0);
}

TEST(Show, KeyHeadsOfEachLayerCount) {
  Json show = show_of_qwen();
  Json& info = show["model_info"];
  info["qwen2.block_count"] = 4;
  info["qwen2.attention.head_count_kv"] = Json::array({4, 0, 4, 8});
  auto shape = shape_from_show(show, 1'000'000);
  EXPECT_EQ(shape->kv_width, (std::vector<int>{1024, 0, 1024, 2048}));
  // Left out of the answer: the tensors tell, or all heads are counted.
  info["qwen2.attention.head_count_kv"] = Json::array();
  shape = shape_from_show(show, 1'000'000);
  EXPECT_EQ(shape->kv_width, (std::vector<int>{512, 28 * 256, 28 * 256, 28 * 256}));
}

TEST(Show, RefusesWhatIsNoModel) {
  for (const char* text :
       {"{}", "[]", R"({"model_info":{"general.architecture":"x"}})",
        R"({"model_info":{"general.architecture":"x","x.block_count":-3}})",
        R"({"model_info":{"general.architecture":"x","x.block_count":1e300}})",
        R"({"model_info":{"general.architecture":"x","x.block_count":2,"x.embedding_length":1.5}})"}) {
    const auto shape = shape_from_show(Json::parse(text), 1);
    ASSERT_FALSE(shape) << text;
    EXPECT_EQ(shape.error().code, ErrorCode::InvalidModel);
  }
}

TEST(Show, AModelThatTellsNothingIsGuessedBySize) {
  // An 8B model of 4.7 GB has 1 GiB of cache at 8,192.
  const LlmNeed need = llm_need(shape_from_size(4'700'000'000), with_context(8192));
  EXPECT_NEAR(mebi(need.kv), 1024, 64);
  EXPECT_EQ(need.weights, 4'700'000'000U);
  EXPECT_LT(llm_need(shape_from_size(1'000'000'000), with_context(8192)).total(), need.total());
}

}  // namespace
}  // namespace skald
