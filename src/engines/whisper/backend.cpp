#include "engines/whisper/backend.hpp"

#include <string>

#include "engines/whisper/ct2_engine.hpp"
#include "engines/whisper/decoder.hpp"
#include "engines/whisper/native_engine.hpp"
#include "pipeline/memory/need.hpp"

namespace skald::whisper {

bool multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

int default_batch(const Dimensions& dimensions) {
  WhisperShape shape;
  shape.width = dimensions.width;
  shape.decoder_layers = dimensions.decoder_layers;
  return usual_cpu_batch(shape);
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

Result<std::string> card_compute_from(const std::string& name) {
  for (const std::string_view known : {"float16", "int8_float16", "int8_float32", "float32"})
    if (name == known) return name;
  return fail(ErrorCode::Usage,
              "unknown precision '" + name + "' (float16, int8_float16, int8_float32 or float32)");
}

bool native_fits(const Model& model) {
  return Decoder::fits(model.dimensions());
}

Result<std::unique_ptr<Engine>> make_engine(const Model& model, const EngineOptions& options) {
  if (options.card) return make_cuda_engine(model, *options.card);
  const bool native = options.decoder == DecoderKind::Native && native_fits(model);
  auto encoder = TRY(make_openvino_encoder(model, options.threads, options.precision,
                                           native ? EncoderEnd::KeysAndValues : EncoderEnd::Memory));
  return native ? make_native_engine(model, options.threads, std::move(encoder))
                : make_ct2_engine(model, options.threads, std::move(encoder));
}

}  // namespace skald::whisper
