// Speech of a chunk for which no text was written: the model sometimes ends early or leaps over a voice.
#pragma once
#include <span>
#include <vector>

#include "domain/types.hpp"
#include "engines/whisper/chunks.hpp"

namespace skald::whisper {

struct CoverageOptions {
  Seconds shortest{3};      // less speech without a word is no reason for a second look
  Seconds longest_word{2};  // a word covers no more than that from its start
};

/// The stretches of `plan` between its words (before the first and after the last, too) that hold so much
/// speech, each as a plan of its own. Words are in order, in recording time.
std::vector<ChunkPlan> missed_speech(const ChunkPlan& plan, std::span<const Word> words,
                                     std::span<const Span> speech, const CoverageOptions& options = {});

/// Puts words found at a second look among the others, in order of their start. Each is kept inside the pause
/// that it was found in.
void insert_words(std::vector<Word>& words, std::span<const Word> found);

}  // namespace skald::whisper
