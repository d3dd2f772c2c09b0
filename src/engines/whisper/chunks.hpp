// Where a recording is cut for recognition: chunks of at most 30 s, made of neighbouring speech, cut at
// pauses.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "domain/time.hpp"

namespace skald::whisper {

/// Samples [start, end) of the recording.
struct Piece {
  Samples start;
  Samples end;
  Samples length() const { return end - start; }
  bool operator==(const Piece&) const = default;
};

/// What is recognised at once: pieces of the recording in order, joined; long pauses between them are left
/// out.
struct ChunkPlan {
  std::vector<Piece> pieces;

  Samples length() const;
  Span span() const;
  /// The time in the recording of a time in the joined audio. `hint`, also in the joined audio, says whose
  /// piece counts where both sides of a joint are possible; the result lies inside that piece.
  Seconds to_recording(Seconds in_chunk, Seconds hint) const;
  bool operator==(const ChunkPlan&) const = default;
};

struct ChunkOptions {
  Seconds longest{30};
  Seconds pad{0.2};            // kept before and after speech
  Seconds longest_pause{1.0};  // longer pauses inside a chunk are left out
  Seconds search{8};  // speech without a pause is cut at the quietest place of so much before the limit
};

/// The quietest moment of a stretch of the recording.
using QuietestPoint = std::function<Samples(Piece)>;

/// Packs speech (any order, may overlap) into as few chunks as go in order. Every sample of speech inside
/// [0, duration) lies in exactly one piece; no chunk is longer than `longest`.
std::vector<ChunkPlan> plan_chunks(std::span<const Span> speech, Samples duration,
                                   const ChunkOptions& options, const QuietestPoint& quietest);

/// The quietest 100 ms in a stretch of audio: offset of their middle. Later ones win where equal.
std::size_t quietest_offset(std::span<const float> audio);

}  // namespace skald::whisper
