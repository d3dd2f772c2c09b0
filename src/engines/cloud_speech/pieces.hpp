// How a recording is cut for a service: longer pieces than for a model of one's own, so that a night takes
// few calls.
#pragma once
#include <vector>

#include "engines/whisper/chunks.hpp"
#include "platform/wav/wav.hpp"

namespace skald::cloud_speech {

/// Five minutes (10 MB of FLAC at the very most, below what any service refuses) in one language; one minute
/// where the service finds the language out, which it does once a piece.
Seconds longest_piece(std::size_t languages);

/// Pieces of at most `longest`, cut at pauses; all speech is in exactly one of them.
std::vector<whisper::ChunkPlan> plan_pieces(const WavFile& audio, const std::vector<Span>& speech,
                                            Seconds longest);

}  // namespace skald::cloud_speech
