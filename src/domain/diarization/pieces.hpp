// Short stretches in which one person speaks alone: the smallest unit that gets a speaker.
#pragma once
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "domain/diarization/listen_data.hpp"

namespace skald {

/// Pieces of at most 2.8 s that begin in the stretch of these windows, without embeddings. A window's local
/// speaker can be two people with a pause between them; a piece is short enough to be one.
std::vector<Piece> find_pieces(const ListenData& data);

/// The local speaker of each piece in a window that sees at least half of it, by index of the piece.
struct PieceSpeaker {
  std::size_t piece = 0;
  std::size_t speaker = 0;
};
std::vector<PieceSpeaker> pieces_of_window(const ListenData& data, std::size_t window);

/// What the segmentation says about two pieces that some window sees both: seconds of the shorter one, split
/// by the share of windows in which they are different people and in which they are one.
struct Witness {
  double apart = 0;
  double together = 0;
};
/// By pairs of pieces that have embeddings, the earlier one first.
std::map<std::pair<std::size_t, std::size_t>, Witness> witnesses(const ListenData& data);

/// Seconds of speech in a piece's embedding.
double heard_seconds(const Piece& piece);

}  // namespace skald
