// Who said which word, and where one segment ends and the next begins.
#pragma once
#include <vector>

#include "domain/types.hpp"

namespace skald {

struct AssignOptions {
  Seconds pause{0.8};           // a silence between words that ends a segment
  Seconds reach{1.5};           // a word this far from every turn has no speaker
  int sentences = 3;            // a segment ends with its third sentence ...
  Seconds long_segment{12};     // ... or with the first one that ends after this time
  Seconds longest_segment{25};  // and is cut inside a sentence beyond this
  Seconds marked_overlap{0.3};  // speech of two people in a segment that marks it as overlapped

  // Costs of the path through the words, in seconds of speech given to the wrong speaker.
  double change_at_sentence = 0.10;  // of a change of speaker after a sentence end or a pause
  double change_at_comma = 0.25;     // after another punctuation mark or a short silence
  double change_inside = 0.55;       // inside a sentence
};

/// Gives every word a speaker and cuts the words into segments, in order, none lost or doubled. The speaker
/// of each word comes from the cheapest path through all words: a word costs the time in which its speaker
/// does not speak (by `exclusive_turns` and `turns`), a change costs more inside a sentence than after it, so
/// that word times that are a little early or late do not tear sentences apart. Words far from every turn,
/// and all words without turns, are of "UNKNOWN". `speaker_name` is the id; labels are empty.
std::vector<Segment> assign(const std::vector<Chunk>& chunks, const Diarization& diarization,
                            const AssignOptions& options = {});

/// The speaker of each word of all chunks, in order: the first half of assign().
std::vector<std::string> speakers_of_words(const std::vector<Chunk>& chunks, const Diarization& diarization,
                                           const AssignOptions& options = {});

}  // namespace skald
