// Whisper on the processor: encoder in OpenVINO, decoder in kernels of our own.
#pragma once
#include <memory>

#include "engines/whisper/encoder.hpp"
#include "engines/whisper/engine.hpp"

namespace skald::whisper {

/// `encoder` must give keys and values; `model` must outlive the engine. Writes greedily or by sampling;
/// texts do not depend on what else is in the batch, nor on `threads`.
Result<std::unique_ptr<Engine>> make_native_engine(const Model& model, int threads,
                                                   std::unique_ptr<Encoder> encoder);

}  // namespace skald::whisper
