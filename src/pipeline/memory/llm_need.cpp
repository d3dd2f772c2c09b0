#include "pipeline/memory/llm_need.hpp"

#include <algorithm>
#include <cmath>

namespace skald {
namespace {

std::uint64_t product(std::initializer_list<std::uint64_t> factors) {
  std::uint64_t result = 1;
  for (const std::uint64_t factor : factors) result *= factor;
  return result;
}

std::uint64_t at_least_zero(int value) {
  return static_cast<std::uint64_t>(std::max(0, value));
}

// llama.cpp makes room for whole blocks of 256 tokens.
std::uint64_t padded(std::uint64_t tokens) {
  return (tokens + 255) / 256 * 256;
}

// Bytes of `count` numbers; quantised types store blocks of 32 with a scale.
std::uint64_t kv_bytes(KvType type, std::uint64_t count) {
  switch (type) {
    case KvType::F16:
      return count * 2;
    case KvType::Q8_0:
      return count * 34 / 32;
    case KvType::Q4_0:
      return count * 18 / 32;
  }
  return count * 2;
}

std::uint64_t kv_of_layer(const LlmShape& shape, const LlmSettings& settings, int layer) {
  const auto index = static_cast<std::size_t>(layer);
  const std::uint64_t width = index < shape.kv_width.size() ? at_least_zero(shape.kv_width[index]) : 0;
  std::uint64_t cells = padded(at_least_zero(settings.num_ctx));
  // A sliding layer also holds the tokens that are being computed.
  if (shape.window > 0 && index < shape.slides.size() && shape.slides[index])
    cells = std::min(cells, padded(at_least_zero(shape.window) + at_least_zero(settings.batch)));
  return kv_bytes(settings.kv, product({width, cells, at_least_zero(settings.parallel)}));
}

std::uint64_t all_tokens(const LlmSettings& settings) {
  return padded(at_least_zero(settings.num_ctx)) * at_least_zero(settings.parallel);
}

// The largest moment of the computation: the logits of a batch, or the scores of one layer's attention.
std::uint64_t compute_bytes(const LlmShape& shape, const LlmSettings& settings) {
  const std::uint64_t batch = at_least_zero(settings.batch), width = at_least_zero(shape.width);
  const std::uint64_t logits = product({batch, at_least_zero(shape.vocabulary) + width, 4});
  if (settings.flash == FlashAttention::On) return logits;
  const std::uint64_t scores =
      product({batch, all_tokens(settings) * (at_least_zero(shape.heads) + 1) + 4 * width, 4});
  return std::max(logits, scores);
}

// Input and mask of a batch, which the host keeps beside the card.
std::uint64_t host_compute(const LlmShape& shape, const LlmSettings& settings) {
  return product({at_least_zero(settings.batch), all_tokens(settings) + at_least_zero(shape.width), 4});
}

}  // namespace

LlmNeed llm_need(const LlmShape& shape, const LlmSettings& settings) {
  LlmNeed need;
  need.weights = shape.weight_bytes;
  need.compute = compute_bytes(shape, settings);
  const int layers = shape.layers;
  const int on_gpu = std::clamp(settings.gpu_layers.value_or(layers + 1), 0, layers + 1);
  const std::uint64_t in_layers =
      shape.weight_bytes - std::min(shape.weight_bytes, shape.embedding + shape.output);
  const int layers_on_gpu = std::min(on_gpu, layers);
  if (layers > 0)
    need.gpu = static_cast<std::uint64_t>(static_cast<double>(in_layers) * layers_on_gpu / layers);
  // The last layers go to the card first.
  for (int layer = 0; layer < layers; ++layer) {
    const std::uint64_t kv = kv_of_layer(shape, settings, layer);
    need.kv += kv;
    if (layer >= layers - layers_on_gpu) need.gpu += kv;
  }
  std::uint64_t copied = 0;
  if (on_gpu > layers) {
    need.gpu += shape.output;
    if (shape.output_kind == Output::TiedToEmbedding) copied = shape.embedding;
  }
  const std::uint64_t moved = need.gpu;
  need.gpu += copied;
  if (on_gpu > 0) need.gpu += need.compute;
  const std::uint64_t stays = need.weights + need.kv - std::min(need.weights + need.kv, moved);
  need.host = stays + (on_gpu > 0 ? host_compute(shape, settings) : need.compute);
  return need;
}

Need as_need(StageId stage, std::string what, const LlmNeed& need) {
  return {stage,
          std::move(what),
          need.host,
          need.gpu,
          {{"weights", need.weights}, {"KV cache", need.kv}, {"computing", need.compute}}};
}

int layers_that_fit(const LlmShape& shape, const LlmSettings& settings, std::uint64_t free) {
  LlmSettings tried = settings;
  for (int layers = shape.layers + 1; layers > 0; --layers) {
    tried.gpu_layers = layers;
    if (llm_need(shape, tried).gpu <= free) return layers;
  }
  return 0;
}

std::optional<int> context_that_fits(const LlmShape& shape, const LlmSettings& settings, std::uint64_t free,
                                     int least) {
  LlmSettings tried = settings;
  const int lowest = std::max(256, (least + 255) / 256 * 256);
  for (int context = settings.num_ctx / 256 * 256; context >= lowest; context -= 256) {
    tried.num_ctx = context;
    if (llm_need(shape, tried).gpu <= free) return context;
  }
  return std::nullopt;
}

LlmShape shape_from_size(std::uint64_t size) {
  // Published models between 1 and 70 billion parameters, at four to five bits: layers and width grow with
  // the cube root of their size. An 8B model has 4.7 GB, 32 layers, a width of 4,096 and 8 heads of 128 for
  // keys.
  const double scale = std::cbrt(static_cast<double>(size) / 4.7e9);
  LlmShape shape;
  shape.weight_bytes = size;
  shape.layers = std::clamp(static_cast<int>(std::lround(32 * scale)), 4, 128);
  shape.width = std::clamp(static_cast<int>(std::lround(4096 * scale)), 512, 16384);
  shape.heads = std::max(8, shape.width / 128);
  shape.kv_width.assign(static_cast<std::size_t>(shape.layers), 2 * 8 * 128);
  shape.vocabulary = 152064;
  shape.output = size / 16;
  shape.embedding = size / 16;
  return shape;
}

}  // namespace skald
