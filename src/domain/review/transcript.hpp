// A transcript as people correct it: the machine's segments under ids that last, and its speakers.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"

namespace skald {

/// What of a segment a person has changed; bits of a sum.
enum class Corrected : unsigned { Nothing = 0, Text = 1, Label = 2, Character = 4, Speaker = 8, Cut = 16 };
constexpr Corrected operator|(Corrected a, Corrected b) {
  return static_cast<Corrected>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Corrected all, Corrected one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

struct ReviewedSegment {
  std::string id;  // "12": the machine's twelfth; "12.1" and "12.2": its halves
  Segment segment;
  Corrected corrected = Corrected::Nothing;
};

struct ReviewedTranscript {
  std::vector<ReviewedSegment> segments;      // in the machine's order, so that ids rise
  std::vector<SpeakerRole> speakers;          // without UNKNOWN
  std::map<std::string, std::string> merged;  // a speaker that is gone, and who took its place

  /// Nothing where no segment has this id.
  const ReviewedSegment* find(std::string_view id) const;
  ReviewedSegment* find(std::string_view id);
  const SpeakerRole* speaker(std::string_view id) const;
  SpeakerRole* speaker(std::string_view id);
};

/// Ids from "1" on, in the order given. Speakers who have no role yet get one without a name.
ReviewedTranscript start_review(std::vector<Segment> segments, std::vector<SpeakerRole> roles);

/// "2" < "12" < "12.1" < "12.1.2" < "12.2" < "13".
bool id_before(std::string_view a, std::string_view b);

/// Whether both show the same: id, times, text, words, speaker, label, corrections.
bool same(const ReviewedSegment& a, const ReviewedSegment& b);

/// Ids of the segments of `after` that are new or differ, and of those of `before` that are gone.
struct Difference {
  std::vector<const ReviewedSegment*> changed;  // in `after`
  std::vector<std::string> removed;
};
Difference difference(const ReviewedTranscript& before, const ReviewedTranscript& after);

}  // namespace skald
