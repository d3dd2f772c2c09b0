// What the steps of a run need of a machine's memory, computed before anything is loaded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/json.hpp"
#include "pipeline/stage.hpp"

namespace skald {

/// One line of a computation: "weights", "KV cache", ...
struct NeedPart {
  std::string what;
  std::uint64_t bytes = 0;
};

struct Need {
  StageId stage = StageId::Decode;
  std::string what;              // "whisper-base, int8, batch 8"
  std::uint64_t host_bytes = 0;  // of the machine's memory
  std::uint64_t gpu_bytes = 0;   // of one card; 0: runs without
  std::vector<NeedPart> parts;
};

// ---- workers on the CPU ----

/// Peak of worker_asr for a model file of `model_bytes` and `batch` chunks at a time; a tenth to spare.
Need whisper_cpu_need(std::uint64_t model_bytes, int batch);
/// Peak of the other workers, on any length of recording; a tenth to spare.
Need media_need();
Need listen_need();
Need diarize_need();
Need classify_need();

// ---- Whisper on a card, by CTranslate2 ----

enum class WhisperPrecision { Float32, Float16, Int8Float16, Int8 };
std::string_view to_string(WhisperPrecision precision);

/// Sizes of a Whisper model, from the arrays of its model.bin.
struct WhisperShape {
  std::uint64_t parameters = 0;
  int width = 0;  // d_model
  int encoder_layers = 0, decoder_layers = 0;
  int heads = 0;
  int vocabulary = 0;
  int mel_bands = 80;
};
/// Memory of the card (gpu_bytes) and of the host for a batch of 30 s chunks at a beam.
Need whisper_cuda_need(const WhisperShape& shape, WhisperPrecision precision, int batch, int beam);

// ---- language models in Ollama ----

/// What the memory of a model depends on. `/api/show` gives it, and the header of a GGUF file.
struct LlmShape {
  std::string architecture;
  std::uint64_t weight_bytes = 0;    // sum of all tensors
  std::uint64_t outside_layers = 0;  // of these: embedding and output, which no layer holds
  int layers = 0;
  int width = 0;              // n_embd
  std::vector<int> kv_heads;  // per layer; 0: a layer without attention
  int heads = 0;
  int key_length = 0, value_length = 0;  // of one head
  int vocabulary = 0;
  int context = 0;           // tokens it was trained for; 0: not told
  int window = 0;            // tokens that sliding-window layers see; 0: no such layers
  std::vector<bool> slides;  // per layer; empty: none
};

enum class KvType { F16, Q8_0, Q4_0 };

struct LlmSettings {
  int num_ctx = 4096;
  int parallel = 1;  // slots; each has a KV cache of num_ctx tokens
  KvType kv = KvType::F16;
  int batch = 512;                // n_ubatch: tokens computed at a time
  std::optional<int> gpu_layers;  // layers on the card, the output counted as one more; absent: all
};

struct LlmNeed {
  std::uint64_t weights = 0, kv = 0, compute = 0;  // whole, wherever they lie
  std::uint64_t gpu = 0, host = 0;                 // as `gpu_layers` splits them
  std::uint64_t total() const { return weights + kv + compute; }
};

/// Weights + KV cache + compute buffer; agrees with the logs of llama.cpp (tests/memory).
LlmNeed llm_need(const LlmShape& shape, const LlmSettings& settings);
Need as_need(StageId stage, std::string what, const LlmNeed& need);

/// The most layers that a card with `free` bytes takes; 0: none.
int layers_that_fit(const LlmShape& shape, const LlmSettings& settings, std::uint64_t free);
/// The largest context (a multiple of 256, at least `least`) with which the model fits into `free` bytes;
/// nothing where even the least does not.
std::optional<int> context_that_fits(const LlmShape& shape, LlmSettings settings, std::uint64_t free,
                                     int least);

/// From the answer of Ollama's /api/show; `size`: bytes of the model as /api/tags tells.
Result<LlmShape> shape_from_show(const Json& show, std::uint64_t size);

}  // namespace skald
