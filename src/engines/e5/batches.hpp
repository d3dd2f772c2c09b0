// Which token sequences the encoder runs together.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace skald::e5 {

inline constexpr std::size_t kWindowTokens = 126;  // of the text itself, before the begin and end tokens
inline constexpr std::size_t kWindowsOfText = 4;

/// A piece of a text that is encoded at once, with its begin and end tokens.
struct Sequence {
  std::size_t text = 0;  // whose piece this is
  std::vector<int> ids;
};

/// Sequences that are encoded at once, all in the same shape.
struct Batch {
  std::size_t rows = 0;    // of the shape; a batch may have fewer sequences
  std::size_t tokens = 0;  // of the shape; no sequence has more
  std::vector<std::size_t> sequences;
};

/// Cuts the tokens of one text into windows and puts `begin` and `end` around each; at least one, at most
/// kWindowsOfText.
std::vector<Sequence> windows(std::size_t text, std::span<const int> ids, int begin, int end);

/// Groups sequences by length. The shape of a sequence's batch follows from its own length only.
std::vector<Batch> make_batches(const std::vector<Sequence>& sequences);

}  // namespace skald::e5
