// Which implementation of the network runs, at which precision.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "engines/whisper/card.hpp"
#include "engines/whisper/encoder.hpp"
#include "engines/whisper/engine.hpp"

namespace skald::whisper {

/// Chunks of a unit: sixteen, or as many as keep their keys and values within 320 MB.
int default_batch(const Dimensions& dimensions);

/// Who writes: our own kernels, greedily; or CTranslate2, which also knows beams.
enum class DecoderKind { Native, CTranslate2 };

struct EngineOptions {
  int threads = 2;
  DecoderKind decoder = DecoderKind::Native;
  Precision precision = Precision::F32;
  std::optional<Card> card;  // the whole network in CTranslate2, on that card
};

/// A precision that CTranslate2 has for cards: "float16", "int8_float16", "int8_float32" or "float32".
Result<std::string> card_compute_from(const std::string& name);

/// True where the processor has instructions for bfloat16.
bool multiplies_bf16();

/// "f32", "bf16", or "auto": bf16 where the processor multiplies it by itself.
Result<Precision> precision_from(std::string_view name);

/// "native", "ctranslate2", or "auto": native where there are no beams.
Result<DecoderKind> decoder_from(std::string_view name, int beam);

/// False where our own kernels cannot do the model's sizes.
bool native_fits(const Model& model);

Result<std::unique_ptr<Engine>> make_engine(const Model& model, const EngineOptions& options);

}  // namespace skald::whisper
