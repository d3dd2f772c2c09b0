#include "engines/whisper/backend.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "engines/whisper/ct2_engine.hpp"
#include "engines/whisper/decoder.hpp"
#include "engines/whisper/native_engine.hpp"

namespace skald::whisper {
namespace {

bool multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

// Seconds of the fastest of a few encoded windows.
Result<double> measure(const Model& model, int threads, Precision precision, WorkerChannel& channel) {
  const Dimensions& d = model.dimensions();
  const auto encoder = TRY(make_openvino_encoder(model, threads, precision, EncoderEnd::Memory));
  const std::vector<float> mel(static_cast<std::size_t>(d.bands) * 3000, 0.1F);
  double best = 1e9;
  for (int i = 0; i < 4; ++i) {
    if (channel.cancelled()) return fail(ErrorCode::Cancelled, "the measurement was stopped");
    const auto start = std::chrono::steady_clock::now();
    TRY_VOID(encoder->encode(mel));
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

int default_batch(const Dimensions& dimensions) {
  constexpr std::size_t most = 320U << 20U;
  return static_cast<int>(std::clamp<std::size_t>(most / SpeechMemory::bytes(dimensions), 1, 16));
}

Result<Precision> precision_from(std::string_view name) {
  if (name == "f32") return Precision::F32;
  if (name == "bf16") return Precision::BF16;
  if (name == "auto") return multiplies_bf16() ? Precision::BF16 : Precision::F32;
  return fail(ErrorCode::Usage, "unknown precision '" + std::string(name) + "' (auto, f32 or bf16)");
}

Result<DecoderKind> decoder_from(std::string_view name, int beam) {
  if (name == "ctranslate2" || (name == "auto" && beam > 1)) return DecoderKind::CTranslate2;
  if (name == "auto" || (name == "native" && beam == 1)) return DecoderKind::Native;
  if (name == "native") return fail(ErrorCode::Usage, "the native decoder makes no beams");
  return fail(ErrorCode::Usage, "unknown decoder '" + std::string(name) + "' (auto, native or ctranslate2)");
}

Result<std::unique_ptr<Engine>> make_engine(const Model& model, const EngineOptions& options) {
  const bool native = options.decoder == DecoderKind::Native && Decoder::fits(model.dimensions());
  auto encoder = TRY(make_openvino_encoder(model, options.threads, options.precision,
                                           native ? EncoderEnd::KeysAndValues : EncoderEnd::Memory));
  return native ? make_native_engine(model, options.threads, std::move(encoder))
                : make_ct2_engine(model, options.threads, std::move(encoder));
}

Result<Json> tune(const Json& job, WorkerChannel& channel) {
  const std::string folder = get_or(job, "model", std::string());
  const int threads = std::clamp(get_or(job, "threads", 2), 1, 256);
  const Model model = TRY(Model::open(folder));
  const double f32 = TRY(measure(model, threads, Precision::F32, channel));
  Json result{{"precision", "f32"}, {"batch", default_batch(model.dimensions())}, {"seconds_f32", f32}};
  if (!multiplies_bf16()) return result;
  const double bf16 = TRY(measure(model, threads, Precision::BF16, channel));
  // Less exact must be clearly faster, so that a busy moment does not decide.
  if (bf16 < 0.85 * f32) result["precision"] = "bf16";
  result["seconds_bf16"] = bf16;
  return result;
}

}  // namespace skald::whisper
