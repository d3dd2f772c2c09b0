#include <algorithm>
#include <cmath>
#include <map>

#include "domain/review/edit.hpp"
#include "domain/review/words.hpp"

namespace skald {
namespace {

constexpr double kEqual = 0.0015;      // seconds between times that count as the same
constexpr double kSameSegment = 0.75;  // of the time that two segments cover together
constexpr double kMostly = 0.5;        // of a segment's time, or of what a speaker spoke
constexpr double kNearCut = 0.5;       // seconds between a cut and the word that it moves to

bool equal(Seconds a, Seconds b) {
  return std::abs(a.value - b.value) < kEqual;
}
bool equal(const Span& a, const Span& b) {
  return equal(a.start, b.start) && equal(a.end, b.end);
}

SegmentPlace place_of(const ReviewedSegment& segment) {
  return {segment.id, segment.segment.span};
}

const ReviewedSegment* by_id(const ReviewedTranscript& transcript, const SegmentPlace& place) {
  const ReviewedSegment* segment = transcript.find(place.id);
  return segment != nullptr && equal(segment->segment.span, place.span) ? segment : nullptr;
}

// The segment that shares most of its time with the place; nothing where that is less than kSameSegment.
const ReviewedSegment* same_segment(const ReviewedTranscript& transcript, const SegmentPlace& place) {
  if (const ReviewedSegment* segment = by_id(transcript, place)) return segment;
  const ReviewedSegment* best = nullptr;
  double most = kSameSegment;
  for (const ReviewedSegment& s : transcript.segments) {
    const double shared = overlap(s.segment.span, place.span).value;
    const double all = s.segment.span.length().value + place.span.length().value - shared;
    if (all <= 0 || shared / all < most) continue;
    most = shared / all;
    best = &s;
  }
  return best;
}

std::vector<SegmentPlace> mostly_within(const ReviewedTranscript& transcript, const SegmentPlace& place) {
  if (const ReviewedSegment* segment = by_id(transcript, place)) return {place_of(*segment)};
  std::vector<SegmentPlace> found;
  for (const ReviewedSegment& s : transcript.segments) {
    const double length = s.segment.span.length().value;
    if (length > 0 && overlap(s.segment.span, place.span).value / length >= kMostly)
      found.push_back(place_of(s));
  }
  return found;
}

// Nothing where nobody spoke most of these stretches.
std::optional<SpeakerPlace> find_speaker(const ReviewedTranscript& transcript, const SpeakerPlace& place) {
  if (place.id == kNobody) return place;
  double all = 0;
  std::map<std::string, double> seconds;
  for (const Span& span : place.spoke) {
    all += span.length().value;
    for (const ReviewedSegment& s : transcript.segments)
      if (s.segment.speaker_id != kNobody)
        seconds[s.segment.speaker_id] += overlap(s.segment.span, span).value;
  }
  // Somebody who spoke nothing then, or was added by hand, is known by the id alone.
  if (all <= 0)
    return transcript.speaker(place.id) != nullptr ? std::optional<SpeakerPlace>(place) : std::nullopt;
  // The same one first: somebody else may have spoken all the time as well.
  if (seconds[place.id] / all > kMostly) return place;
  const auto most = std::max_element(seconds.begin(), seconds.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most->second / all > kMostly) return SpeakerPlace{most->first, place.spoke};
  return std::nullopt;
}

Attached nowhere(const Edit& edit, std::string reason) {
  return {std::nullopt, edit.segments, std::move(reason)};
}

Attached attach_to_all(const ReviewedTranscript& transcript, Edit edit) {
  Attached attached;
  std::vector<SegmentPlace> found;
  for (const SegmentPlace& place : edit.segments) {
    const auto places = mostly_within(transcript, place);
    if (places.empty()) attached.lost.push_back(place);
    found.insert(found.end(), places.begin(), places.end());
  }
  if (found.empty()) return nowhere(edit, "no segment lies within its time any more");
  const auto earlier = [](const SegmentPlace& a, const SegmentPlace& b) { return id_before(a.id, b.id); };
  std::sort(found.begin(), found.end(), earlier);
  found.erase(std::unique(found.begin(), found.end(),
                          [](const SegmentPlace& a, const SegmentPlace& b) { return a.id == b.id; }),
              found.end());
  edit.segments = std::move(found);
  attached.edit = std::move(edit);
  return attached;
}

Attached attach_text(const ReviewedTranscript& transcript, Edit edit) {
  const ReviewedSegment* segment = same_segment(transcript, edit.segments.front());
  if (segment == nullptr) return nowhere(edit, "no segment has about the same time any more");
  edit.segments = {place_of(*segment)};
  return {std::move(edit), {}, {}};
}

Attached attach_speaker(const ReviewedTranscript& transcript, Edit edit) {
  if (!edit.adds_speaker) {
    const auto speaker = find_speaker(transcript, edit.speaker);
    if (!speaker) return nowhere(edit, "its speaker cannot be told any more");
    edit.speaker = *speaker;
  }
  return attach_to_all(transcript, std::move(edit));
}

Attached attach_speakers(const ReviewedTranscript& transcript, Edit edit) {
  const auto speaker = find_speaker(transcript, edit.speaker);
  const auto into = edit.kind == Edit::Kind::MergeSpeakers ? find_speaker(transcript, edit.into) : speaker;
  if (!speaker || !into) return nowhere(edit, "its speaker cannot be told any more");
  if (edit.kind == Edit::Kind::MergeSpeakers && speaker->id == into->id) return {};  // one already
  edit.speaker = *speaker;
  edit.into = *into;
  return {std::move(edit), {}, {}};
}

bool begins_at(const ReviewedSegment& segment, Seconds cut) {
  return equal(segment.segment.span.start, cut);
}

Attached attach_split(const ReviewedTranscript& transcript, Edit edit) {
  const SegmentPlace& place = edit.segments.front();
  const ReviewedSegment* best = by_id(transcript, place);
  if (best == nullptr)
    for (const ReviewedSegment& s : transcript.segments) {
      if (begins_at(s, edit.cut) && overlap(s.segment.span, place.span).value > 0) return {};  // cut already
      if (s.segment.span.contains(edit.cut) &&
          (best == nullptr || overlap(s.segment.span, place.span) > overlap(best->segment.span, place.span)))
        best = &s;
    }
  if (best == nullptr) return nowhere(edit, "nobody speaks at the time of the cut any more");
  const std::vector<Word> words = words_of(best->segment);
  std::size_t nearest = 0;
  for (std::size_t i = 1; i < words.size(); ++i)
    if (nearest == 0 || std::abs(words[i].span.start.value - edit.cut.value) <
                            std::abs(words[nearest].span.start.value - edit.cut.value))
      nearest = i;
  // The word that was named, where it still begins then: several may begin at once.
  if (edit.word < words.size() && edit.word > 0 && equal(words[edit.word].span.start, edit.cut))
    nearest = edit.word;
  if (nearest == 0 || std::abs(words[nearest].span.start.value - edit.cut.value) > kNearCut)
    return nowhere(edit, "no word begins at the time of the cut any more");
  edit.segments = {place_of(*best)};
  edit.word = nearest;
  return {std::move(edit), {}, {}};
}

Attached attach_join(const ReviewedTranscript& transcript, Edit edit) {
  const SegmentPlace &one = edit.segments.front(), &other = edit.segments.back();
  const ReviewedSegment *first = by_id(transcript, one), *second = by_id(transcript, other);
  if (first == nullptr || second == nullptr) {
    for (const ReviewedSegment& s : transcript.segments)
      if (overlap(s.segment.span, one.span).value >= kSameSegment * one.span.length().value &&
          overlap(s.segment.span, other.span).value >= kSameSegment * other.span.length().value)
        return {};  // one segment already
    first = same_segment(transcript, one);
    second = same_segment(transcript, other);
  }
  if (first == nullptr || second == nullptr)
    return nowhere(edit, "no segments have about the same times any more");
  edit.segments = {place_of(*first), place_of(*second)};
  return {std::move(edit), {}, {}};
}

}  // namespace

Attached attach(const ReviewedTranscript& transcript, const Edit& edit) {
  switch (edit.kind) {
    case Edit::Kind::Text:
      return attach_text(transcript, edit);
    case Edit::Kind::Label:
    case Edit::Kind::Character:
      return attach_to_all(transcript, edit);
    case Edit::Kind::Speaker:
      return attach_speaker(transcript, edit);
    case Edit::Kind::RenameSpeaker:
    case Edit::Kind::MergeSpeakers:
      return attach_speakers(transcript, edit);
    case Edit::Kind::Split:
      return attach_split(transcript, edit);
    case Edit::Kind::Join:
      return attach_join(transcript, edit);
  }
  return nowhere(edit, "there is no such edit");
}

}  // namespace skald
