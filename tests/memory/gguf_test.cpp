#include "pipeline/memory/gguf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "memory/gguf_writer.hpp"
#include "memory/shapes.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using testing::HasSubstr;

GgufWriter small_model() {
  GgufWriter gguf;
  gguf.text("general.architecture", "llama");
  gguf.number("llama.block_count", 2);
  gguf.number("llama.embedding_length", 256);
  gguf.number("llama.context_length", 2048);
  gguf.number("llama.attention.head_count", 4);
  gguf.numbers("llama.attention.head_count_kv", {2, 1});
  gguf.real("llama.rope.freq_base", 10000.0F);
  gguf.texts("tokenizer.ggml.tokens", std::vector<std::string>(5000, "token"));
  gguf.tensor("token_embd.weight", {256, 5000}, 8);    // Q8_0
  gguf.tensor("blk.0.attn_k.weight", {256, 128}, 12);  // Q4_K
  gguf.tensor("output_norm.weight", {256}, 0);         // F32
  return gguf;
}

TEST(Gguf, HeaderGivesTheShape) {
  TestFolder folder;
  put(folder / "model.gguf", small_model().bytes());
  const auto shape = read_gguf_shape(folder / "model.gguf");
  ASSERT_TRUE(shape) << shape.error().message;
  EXPECT_EQ(shape->architecture, "llama");
  EXPECT_EQ(shape->layers, 2);
  EXPECT_EQ(shape->width, 256);
  EXPECT_EQ(shape->heads, 4);
  EXPECT_EQ(shape->vocabulary, 5000);
  EXPECT_EQ(shape->context, 2048);
  EXPECT_EQ(shape->kv_width, (std::vector<int>{2 * 128, 128}));
  EXPECT_EQ(shape->embedding, 256ULL * 5000 / 32 * 34);
  EXPECT_EQ(shape->output, 1024U);
  EXPECT_EQ(shape->weight_bytes, shape->embedding + 256 * 128 / 256 * 144 + 1024);
  EXPECT_EQ(shape->output_kind, Output::TiedToEmbedding);
}

TEST(Gguf, SameShapeAsFromShow) {
  const std::string bytes = small_model().bytes();
  const auto from_file = parse_gguf(std::as_bytes(std::span(bytes)), "file");
  ASSERT_TRUE(from_file);
  Json show = {{"model_info", from_file->values}, {"tensors", Json::array()}};
  for (const TensorFacts& tensor : from_file->tensors)
    show["tensors"].push_back({{"name", tensor.name}, {"type", tensor.type}, {"shape", tensor.shape}});
  const auto one = shape_from_facts(*from_file, 0, "file"), other = shape_from_show(show, 0);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->weight_bytes, other->weight_bytes);
  EXPECT_EQ(one->vocabulary, other->vocabulary);
  EXPECT_EQ(one->kv_width, other->kv_width);
}

TEST(Gguf, EveryCutIsRefused) {
  const std::string whole = small_model().bytes();
  for (std::size_t length = 0; length < whole.size(); length += length < 400 ? 1 : 997) {
    const auto facts = parse_gguf(std::as_bytes(std::span(whole.data(), length)), "cut.gguf");
    ASSERT_FALSE(facts) << length;
    EXPECT_EQ(facts.error().code, ErrorCode::InvalidModel);
    EXPECT_THAT(facts.error().message, HasSubstr("cut.gguf"));
  }
}

TEST(Gguf, WrongFilesAreRefused) {
  const auto refused = [](std::string bytes) { return !parse_gguf(std::as_bytes(std::span(bytes)), "file"); };
  std::string bytes = small_model().bytes();
  std::string other = bytes;
  other[0] = 'X';
  EXPECT_TRUE(refused(other));
  other = bytes;
  other[4] = 1;  // the first version
  EXPECT_TRUE(refused(other));
  other = bytes;
  other[14] = 1;  // 2^48 tensors
  EXPECT_TRUE(refused(other));
  TestFolder folder;
  put(folder / "text.gguf", "not a model at all");
  EXPECT_FALSE(read_gguf_shape(folder / "text.gguf"));
  EXPECT_FALSE(read_gguf_shape(folder / "missing.gguf"));
}

}  // namespace
}  // namespace skald
