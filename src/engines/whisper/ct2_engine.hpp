// Whisper by CTranslate2: the whole network, or its decoder fed by another encoder.
#pragma once
#include <memory>

#include "engines/whisper/encoder.hpp"
#include "engines/whisper/engine.hpp"

namespace skald::whisper {

/// Loads the model with int8 weights on the CPU. With `encoder`, CTranslate2's own encoder is not loaded.
/// `model` must outlive the engine.
Result<std::unique_ptr<Engine>> make_ct2_engine(const Model& model, int threads,
                                                std::unique_ptr<Encoder> encoder);

}  // namespace skald::whisper
