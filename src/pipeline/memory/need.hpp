// What the steps of a run need of a machine's memory, computed before anything is loaded: the workers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
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

// ---- workers on the CPU: measured peaks and a tenth to spare (bench/RESULTS.md) ----

Need media_need();
Need listen_need();
Need diarize_need();
Need classify_need();
/// worker_asr, for a model file of `model_bytes` and `batch` chunks at a time, in recordings of hours too.
/// Larger models scale by their weights and by the width of their activations.
Need whisper_cpu_need(std::uint64_t model_bytes, int batch);

/// The largest batch (1 to 8) with which no worker goes above `limit` bytes; 0 without a limit, which leaves
/// the choice to the worker. Fails with OutOfMemory, before anything is started, where even one chunk at a
/// time does not fit.
Result<int> cpu_batch_within(std::uint64_t limit, std::uint64_t model_bytes);

// ---- Whisper on a card, by CTranslate2 ----

enum class WhisperPrecision { Float32, Float16, Int8Float16, Int8Float32 };
std::string_view to_string(WhisperPrecision precision);

/// Sizes of a Whisper model.
struct WhisperShape {
  std::uint64_t matrix_parameters =
      0;  // in weights of linear layers and embeddings, which int8 makes smaller
  std::uint64_t other_parameters = 0;
  int width = 0;  // d_model
  int heads = 0;
  int encoder_layers = 0, decoder_layers = 0;
  int vocabulary = 0;
  int mel_bands = 80;
};
/// Counts the parameters of a model of these sizes.
WhisperShape whisper_shape(int width, int encoder_layers, int decoder_layers, int vocabulary, int mel_bands);

/// Chunks that worker_asr takes at a time on the CPU where no other number is asked for: 1 to 16.
int usual_cpu_batch(const WhisperShape& shape);

/// Memory of the card, and of the host, for a batch of 30 s chunks at a beam; within a tenth of the published
/// peaks of faster-whisper (tests/memory/need_test.cpp).
Need whisper_cuda_need(const WhisperShape& shape, WhisperPrecision precision, int batch, int beam);

}  // namespace skald
