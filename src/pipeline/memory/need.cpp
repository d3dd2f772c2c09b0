#include "pipeline/memory/need.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace skald {
namespace {

constexpr double kMega = 1e6;
constexpr double kBaseModel = 145.2 * kMega;  // bytes of whisper-base's weights
constexpr double kSpare = 1.1;
constexpr int kMostBatch = 8;

std::uint64_t bytes(double count) {
  return static_cast<std::uint64_t>(std::max(0.0, count));
}

Need worker_need(StageId stage, std::string what, double measured) {
  Need need{stage, std::move(what), bytes(kSpare * measured * kMega), 0, {}};
  need.parts = {{"measured peak and a tenth", need.host_bytes}};
  return need;
}

}  // namespace

Need media_need() {
  return worker_need(StageId::Decode, "FFmpeg", 60);
}

Need listen_need() {
  return worker_need(StageId::Listen, "segmentation and embeddings", 520);
}

Need diarize_need() {
  return worker_need(StageId::Diarize, "clustering", 384);
}

Need classify_need() {
  return worker_need(StageId::Classify, "e5-small", 375);
}

Need whisper_cpu_need(std::uint64_t model_bytes, int batch) {
  const double size = static_cast<double>(model_bytes) / kBaseModel;
  const double weights = (200 + 295 * size) * kMega;
  const double chunks = 30 * kMega * std::sqrt(size) * batch;
  const double while_loading = (200 + 355 * size) * kMega;
  const double peak = kSpare * std::max(while_loading, weights + chunks);
  Need need{StageId::Transcribe, fmt::format("batch {}", batch), bytes(peak), 0, {}};
  need.parts = {{"program and weights", bytes(kSpare * weights)}, {"chunks", bytes(peak - kSpare * weights)}};
  return need;
}

int usual_cpu_batch(const WhisperShape& shape) {
  constexpr std::uint64_t most = 320U << 20U;
  constexpr std::uint64_t positions = 1536 + 1500;  // keys of a window, padded to whole blocks, and values
  const std::uint64_t window = static_cast<std::uint64_t>(shape.decoder_layers * shape.width) * positions * 2;
  return static_cast<int>(std::clamp<std::uint64_t>(most / std::max<std::uint64_t>(window, 1), 1, 16));
}

Result<int> cpu_batch_within(std::uint64_t limit, std::uint64_t model_bytes) {
  if (limit == 0) return 0;
  const std::uint64_t least = std::max(listen_need().host_bytes, whisper_cpu_need(model_bytes, 1).host_bytes);
  if (limit < least)
    return fail(
        ErrorCode::OutOfMemory,
        fmt::format("this needs {:.0f} MB in its largest step, more than the {:.0f} MB of --memory-limit",
                    static_cast<double>(least) / kMega, static_cast<double>(limit) / kMega),
        "Allow more, or choose a smaller model with --model.");
  int batch = kMostBatch;
  while (whisper_cpu_need(model_bytes, batch).host_bytes > limit) --batch;
  return batch;
}

std::string_view to_string(WhisperPrecision precision) {
  constexpr std::array<std::string_view, 4> names = {"float32", "float16", "int8_float16", "int8_float32"};
  return names[static_cast<std::size_t>(precision)];
}

WhisperShape whisper_shape(int width, int encoder_layers, int decoder_layers, int vocabulary, int mel_bands) {
  WhisperShape shape{0, 0, width, width / 64, encoder_layers, decoder_layers, vocabulary, mel_bands};
  const std::uint64_t d = static_cast<std::uint64_t>(width);
  const std::uint64_t blocks = 12 * d * d;  // attention 4 d^2, feed-forward 8 d^2
  shape.matrix_parameters = static_cast<std::uint64_t>(encoder_layers) * blocks +
                            static_cast<std::uint64_t>(decoder_layers) * (blocks + 4 * d * d) +
                            static_cast<std::uint64_t>(vocabulary) * d;
  // Convolutions, positions of encoder and decoder, biases and norms.
  shape.other_parameters = 3 * d * static_cast<std::uint64_t>(mel_bands) + 3 * d * d + (1500 + 448) * d +
                           static_cast<std::uint64_t>(encoder_layers + 2 * decoder_layers) * 15 * d;
  return shape;
}

Need whisper_cuda_need(const WhisperShape& shape, WhisperPrecision precision, int batch, int beam) {
  const bool int8 = precision == WhisperPrecision::Int8Float16 || precision == WhisperPrecision::Int8Float32;
  const double number =
      precision == WhisperPrecision::Float32 || precision == WhisperPrecision::Int8Float32 ? 4.0 : 2.0;
  const double d = shape.width, rows = batch, hypotheses = rows * std::max(1, beam);
  const double weights = static_cast<double>(shape.matrix_parameters) * (int8 ? 1.0 : number) +
                         static_cast<double>(shape.other_parameters) * number;
  constexpr double frames = 1500, tokens = 100;  // of half a minute: encoder frames; tokens of dense speech
  // Input of a layer, twice the feed-forward's width, and the scores of its attention.
  const double encoder = frames * (6 * d + shape.heads * frames) * number;
  // Keys and values of all decoder layers: of the encoder's frames for a chunk, of the tokens for a
  // hypothesis.
  const double cross = 2.0 * shape.decoder_layers * rows * frames * d * number;
  const double own = 2.0 * shape.decoder_layers * hypotheses * tokens * d * number;
  const double logits = hypotheses * shape.vocabulary * (number + 4.0);
  constexpr double context = 440 * kMega, blas = 64 * kMega;  // CUDA itself, and the work space of cuBLAS
  constexpr double cached = 419 * kMega;                      // freed blocks that CTranslate2 keeps for later
  Need need{StageId::Transcribe,
            fmt::format("{}, batch {}, beam {}", to_string(precision), batch, beam),
            bytes(kSpare * (700 * kMega + weights)),
            0,
            {}};
  need.parts = {
      {"CUDA and cuBLAS", bytes(context + blas)},
      {"weights", bytes(weights)},
      {"chunks", bytes(std::max(encoder * rows, encoder + cross + std::max(own + logits, cached)))}};
  for (const NeedPart& part : need.parts) need.gpu_bytes += part.bytes;
  return need;
}

}  // namespace skald
