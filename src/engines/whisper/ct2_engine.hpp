// Whisper by CTranslate2: the whole network, or its decoder fed by another encoder.
#pragma once
#include <memory>

#include "engines/whisper/card.hpp"
#include "engines/whisper/encoder.hpp"
#include "engines/whisper/engine.hpp"
#include "formats/json.hpp"

namespace skald::whisper {

/// Loads the model with int8 weights on the CPU. With `encoder`, CTranslate2's own encoder is not loaded.
/// `model` must outlive the engine.
Result<std::unique_ptr<Engine>> make_ct2_engine(const Model& model, int threads,
                                                std::unique_ptr<Encoder> encoder);

/// The whole network on a card, encoder included. Fails with OutOfMemory, or with Unavailable and what to
/// install, where the card cannot be used; so do the engine's functions later on.
Result<std::unique_ptr<Engine>> make_cuda_engine(const Model& model, const Card& card);

/// Whether CUDA finds a card, and cuBLAS can be loaded: {"cards", "cublas"}. Unavailable, with what to
/// install, where not.
Result<Json> try_cuda();

}  // namespace skald::whisper
