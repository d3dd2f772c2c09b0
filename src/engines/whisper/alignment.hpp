// Which moment of the speech each token belongs to, from the decoder's attention.
#pragma once
#include <span>
#include <vector>

namespace skald::whisper {

/// attention: [tokens x heads x frames], probabilities over the frames of a window; frames may carry more
/// mass than these, each row is brought to sum 1. Standardised over the tokens, smoothed along time by a
/// median of seven, averaged over the heads, then the cheapest monotonous path (dynamic time warping; Sakoe &
/// Chiba 1978). Returns the first frame of each token from `first` on.
std::vector<int> token_frames(std::span<const float> attention, int tokens, int heads, int frames, int first);

}  // namespace skald::whisper
