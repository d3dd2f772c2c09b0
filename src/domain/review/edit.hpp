// Corrections that people make, each bound to the stretches of the recording that it is about, so that it
// finds its place again in a later transcript of the same recording.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/review/transcript.hpp"

namespace skald {

/// A segment as it was when it was corrected.
struct SegmentPlace {
  std::string id;
  Span span;
};

/// A speaker, and the longest segments that were his or hers when the correction was made.
struct SpeakerPlace {
  std::string id;
  std::vector<Span> spoke;
};

struct Edit {
  enum class Kind { Text, Label, Character, Speaker, RenameSpeaker, MergeSpeakers, Split, Join };
  Kind kind = Kind::Text;
  std::vector<SegmentPlace> segments;  // one for Text and Split, two for Join, none for speakers as such
  std::string text;                    // the new text, a character, or a name; on one line
  std::optional<Classification> classification;
  std::optional<Voice> voice;  // nothing: what fits the label
  SpeakerPlace speaker;        // of MergeSpeakers the one that goes
  SpeakerPlace into;
  bool adds_speaker = false;  // Kind::Speaker: to somebody new, whose id is made where it is empty
  std::size_t word = 0;       // Split: the first word of the second half, counted from 0 in words_of()
  Seconds cut;                // Split: when that word begins
};

inline constexpr std::string_view kByReview = "review";  // backend of labels that a person gave
inline constexpr std::size_t kLongestText = 20'000;      // bytes of a segment's text
inline constexpr std::size_t kLongestName = 400;         // bytes

/// Changes the transcript and gives back the edit with the places and ids that it now stands for.
/// InvalidInput says what is wrong with the edit; then nothing has changed.
Result<Edit> apply(ReviewedTranscript& transcript, const Edit& edit);

/// Where an edit that was made on another transcript of the recording belongs in this one.
struct Attached {
  std::optional<Edit> edit;        // nothing: this transcript has it already, or no place was found
  std::vector<SegmentPlace> lost;  // stretches for which there is no place
  std::string reason;              // why no place was found at all; empty: one was, or none is needed
};
/// Places are taken by id where the times are the same. Otherwise by time: labels, characters and speakers go
/// to all segments that lie for at least half within the stretch, texts to the one that shares three quarters
/// of the time, cuts to the word that begins nearest. A speaker is whoever speaks most of what he or she
/// spoke.
Attached attach(const ReviewedTranscript& transcript, const Edit& edit);

}  // namespace skald
