#include "domain/review/transcript.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace skald {
namespace {

// The number at the front of an id, which then goes with its point; 0 for what is none.
unsigned long take_number(std::string_view& id) {
  const std::size_t end = std::min(id.find('.'), id.size());
  unsigned long number = 0;
  std::from_chars(id.data(), id.data() + end, number);
  id.remove_prefix(std::min(end + 1, id.size()));
  return number;
}

bool same(const Word& a, const Word& b) {
  return a.span == b.span && a.text == b.text && a.probability == b.probability;
}

bool same(const Label& a, const Label& b) {
  return std::tie(a.classification, a.voice, a.confidence, a.character, a.backend) ==
         std::tie(b.classification, b.voice, b.confidence, b.character, b.backend);
}

bool same(const Segment& a, const Segment& b) {
  return std::tie(a.span, a.text, a.speaker_id, a.speaker_name, a.overlap) ==
             std::tie(b.span, b.text, b.speaker_id, b.speaker_name, b.overlap) &&
         a.label.has_value() == b.label.has_value() && (!a.label || same(*a.label, *b.label)) &&
         std::equal(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(),
                    [](const Word& x, const Word& y) { return same(x, y); });
}

}  // namespace

bool id_before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const unsigned long x = take_number(a), y = take_number(b);
    if (x != y) return x < y;
  }
  return a.empty() && !b.empty();
}

bool same(const ReviewedSegment& a, const ReviewedSegment& b) {
  return a.id == b.id && a.corrected == b.corrected && same(a.segment, b.segment);
}

const ReviewedSegment* ReviewedTranscript::find(std::string_view id) const {
  const auto found = std::lower_bound(
      segments.begin(), segments.end(), id,
      [](const ReviewedSegment& s, std::string_view wanted) { return id_before(s.id, wanted); });
  return found != segments.end() && found->id == id ? &*found : nullptr;
}

ReviewedSegment* ReviewedTranscript::find(std::string_view id) {
  return const_cast<ReviewedSegment*>(std::as_const(*this).find(id));
}

const SpeakerRole* ReviewedTranscript::speaker(std::string_view id) const {
  const auto found = std::find_if(speakers.begin(), speakers.end(),
                                  [&](const SpeakerRole& s) { return s.speaker_id == id; });
  return found != speakers.end() ? &*found : nullptr;
}

SpeakerRole* ReviewedTranscript::speaker(std::string_view id) {
  return const_cast<SpeakerRole*>(std::as_const(*this).speaker(id));
}

ReviewedTranscript start_review(std::vector<Segment> segments, std::vector<SpeakerRole> roles) {
  ReviewedTranscript transcript;
  transcript.speakers = std::move(roles);
  transcript.segments.reserve(segments.size());
  for (Segment& segment : segments) {
    if (segment.speaker_id != kNobody && transcript.speaker(segment.speaker_id) == nullptr) {
      SpeakerRole role;
      role.speaker_id = segment.speaker_id;
      if (segment.speaker_name != segment.speaker_id) role.name = segment.speaker_name;
      transcript.speakers.push_back(std::move(role));
    }
    transcript.segments.push_back(
        {std::to_string(transcript.segments.size() + 1), std::move(segment), Corrected::Nothing});
  }
  return transcript;
}

Difference difference(const ReviewedTranscript& before, const ReviewedTranscript& after) {
  Difference found;
  auto old = before.segments.begin();
  for (const ReviewedSegment& now : after.segments) {
    for (; old != before.segments.end() && id_before(old->id, now.id); ++old)
      found.removed.push_back(old->id);
    const bool known = old != before.segments.end() && old->id == now.id;
    if (!known || !same(*old, now)) found.changed.push_back(&now);
    if (known) ++old;
  }
  for (; old != before.segments.end(); ++old) found.removed.push_back(old->id);
  return found;
}

}  // namespace skald
