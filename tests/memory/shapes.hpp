// Shapes of published language models, for tests.
#pragma once
#include "pipeline/memory/llm_need.hpp"

namespace skald {

constexpr std::uint64_t kMebi = 1ULL << 20, kGibi = 1ULL << 30;

inline std::uint64_t gibi(double count) {
  return static_cast<std::uint64_t>(count * static_cast<double>(kGibi));
}

/// A model whose layers are all alike.
inline LlmShape plain_shape(std::uint64_t weights, int layers, int width, int heads, int kv_heads,
                            int head_size, int vocabulary) {
  LlmShape shape;
  shape.weight_bytes = weights;
  shape.layers = layers;
  shape.width = width;
  shape.heads = heads;
  shape.kv_width.assign(static_cast<std::size_t>(layers), kv_heads * 2 * head_size);
  shape.vocabulary = vocabulary;
  return shape;
}

/// Llama 3 8B in Q4_0: 281.81 MiB of embedding and 4156.00 MiB on the card, as llama.cpp logs.
inline LlmShape llama3_8b() {
  LlmShape shape = plain_shape(4'653'340'000, 32, 4096, 32, 8, 128, 128256);
  shape.embedding = 128256ULL * 4096 / 32 * 18;
  shape.output = 128256ULL * 4096 / 256 * 210;
  return shape;
}

inline LlmShape mistral_7b() {
  return plain_shape(4'113'000'000, 32, 4096, 32, 8, 128, 32768);
}

inline LlmShape qwen25_7b() {
  return plain_shape(4'683'000'000, 28, 3584, 28, 4, 128, 152064);
}

/// gpt-oss 20B: 24 layers, every second one sees 128 tokens; 12.8 GiB of weights.
inline LlmShape gpt_oss_20b() {
  LlmShape shape = plain_shape(gibi(12.83), 24, 2880, 64, 8, 64, 201088);
  shape.window = 128;
  for (int layer = 0; layer < 24; ++layer) shape.slides.push_back(layer % 2 == 0);
  shape.embedding = 201088ULL * 2880 * 2;
  shape.output = shape.embedding;
  return shape;
}

/// Llama 3.2 3B in Q4_K_M: what a small machine falls back to.
inline LlmShape llama32_3b() {
  LlmShape shape = plain_shape(2'019'000'000, 28, 3072, 24, 8, 128, 128256);
  shape.embedding = 323'000'000;
  shape.output_kind = Output::TiedToEmbedding;
  return shape;
}

}  // namespace skald
