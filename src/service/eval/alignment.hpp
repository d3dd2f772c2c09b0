// What of both sides is compared with what: words in order of time, and labels of segments that say the same.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "domain/metrics/wer.hpp"
#include "service/eval/material.hpp"

namespace skald {

/// A normalised word and its middle.
struct TimedWord {
  Seconds at;
  std::string speaker;
  std::string word;
};

/// The words of the segments in order of time. Without times of their own the words of a segment are spread
/// over it, each as long as its letters; without any times the order is that of the file.
std::vector<TimedWord> timed_words(const Material& material);

/// The words of each speaker, in order; speakers in order of their names.
std::vector<SpeakerWords> by_speaker(const std::vector<TimedWord>& words);

/// The hypothesis' words, less those in stretches that are not scored. A word in a scored segment of the
/// reference stays, whatever else is said there.
std::vector<TimedWord> scored_words(std::vector<TimedWord> words, const Material& reference);

/// Words further than half a second from all speech of the reference, or in what it marks as music or noise.
std::size_t words_without_speech(const std::vector<TimedWord>& words, const Material& reference);

/// For every segment of the reference that has a label, the segment of the hypothesis that answers to it;
/// nullptr where there is none. Files with the same lines are compared line by line. Else the label with the
/// most seconds in common counts, of the segments of the paired speaker first. `partner` gives a speaker's
/// partner ("": none).
struct LabelPair {
  const Segment* reference;
  const Segment* hypothesis;
};
std::vector<LabelPair> label_pairs(const Material& reference, const Material& hypothesis,
                                   const std::function<std::string(const std::string&)>& partner);

}  // namespace skald
