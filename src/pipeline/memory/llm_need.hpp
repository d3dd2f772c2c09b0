// What a language model needs of a machine's memory when Ollama or llama.cpp runs it, computed from its
// shape.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/json.hpp"
#include "pipeline/memory/need.hpp"

namespace skald {

enum class Output { Own, TiedToEmbedding };  // TiedToEmbedding: the card gets a copy of the embedding

/// What the memory of a model depends on. `/api/show` gives it, and the header of a GGUF file.
struct LlmShape {
  std::string architecture;
  std::uint64_t weight_bytes = 0;  // sum of all tensors
  std::uint64_t embedding = 0;     // of these: the embedding, which stays in the host's memory
  std::uint64_t output = 0;        // of these: output and norms, which follow the last layer to the card
  Output output_kind = Output::Own;
  int layers = 0;
  int width = 0;              // n_embd
  int heads = 0;              // of the layer with most of them
  std::vector<int> kv_width;  // per layer: numbers that a token adds to the KV cache
  int vocabulary = 0;
  int context = 0;           // tokens it was trained for; 0: not told
  int window = 0;            // tokens that sliding-window layers see; 0: no such layers
  std::vector<bool> slides;  // per layer; empty: none
};

enum class KvType { F16, Q8_0, Q4_0 };
enum class FlashAttention { On, Unknown };  // Unknown: counted as off, which takes more

struct LlmSettings {
  int num_ctx = 4096;  // tokens of one slot
  int parallel = 1;    // slots
  KvType kv = KvType::F16;
  FlashAttention flash = FlashAttention::Unknown;
  int batch = 512;                // n_ubatch: tokens computed at a time
  std::optional<int> gpu_layers;  // layers on the card, the output counted as one more; absent: all
};

struct LlmNeed {
  std::uint64_t weights = 0, kv = 0, compute = 0;  // whole, wherever they lie
  std::uint64_t gpu = 0, host = 0;                 // as `gpu_layers` splits them
  std::uint64_t total() const { return weights + kv + compute; }
};

/// Weights + KV cache + compute buffer; agrees with logs of llama.cpp (tests/memory/llm_need_test.cpp).
LlmNeed llm_need(const LlmShape& shape, const LlmSettings& settings);
/// The same as a stage's need, with its parts.
Need as_need(StageId stage, std::string what, const LlmNeed& need);

/// The most layers that a card with `free` bytes takes, the output counted as one more; 0: none.
int layers_that_fit(const LlmShape& shape, const LlmSettings& settings, std::uint64_t free);
/// The largest context (a multiple of 256 from `least` to that of `settings`) with which the model needs at
/// most `free` bytes of the card; nothing where even the least needs more.
std::optional<int> context_that_fits(const LlmShape& shape, const LlmSettings& settings, std::uint64_t free,
                                     int least);

/// From the answer of Ollama's /api/show. `size`: bytes of the model as /api/tags tells; its weights where
/// the answer lists no tensors.
Result<LlmShape> shape_from_show(const Json& show, std::uint64_t size);

/// A shape from the size on disk alone, for models that tell nothing: a middling model of that size.
LlmShape shape_from_size(std::uint64_t size);

}  // namespace skald
