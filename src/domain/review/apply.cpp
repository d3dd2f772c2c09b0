#include <algorithm>

#include "base/text.hpp"
#include "domain/review/edit.hpp"
#include "domain/review/words.hpp"

namespace skald {
namespace {

constexpr std::size_t kStretches = 8;  // of a speaker, kept with an edit
constexpr std::string_view kAdded = "ADDED_";

tl::unexpected<Error> refuse(std::string message,
                             std::string advice = "Correct the edit and send it again.") {
  return fail(ErrorCode::InvalidInput, std::move(message), std::move(advice));
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

Status check(const std::string& text, std::size_t longest, std::string_view what) {
  if (trim(text).empty()) return refuse("the " + std::string(what) + " is empty");
  if (text.size() > longest)
    return refuse("the " + std::string(what) + " is longer than " + std::to_string(longest) + " bytes");
  return {};
}

// The segments of an edit with their present times; fails for ids that are not there or named twice.
Result<std::vector<SegmentPlace>> places(const ReviewedTranscript& transcript, const Edit& edit) {
  if (edit.segments.empty()) return refuse("no segment is named");
  std::vector<SegmentPlace> found;
  for (const SegmentPlace& place : edit.segments) {
    const ReviewedSegment* segment = transcript.find(place.id);
    if (segment == nullptr)
      return refuse("there is no segment " + quoted(place.id), "Read the transcript anew.");
    found.push_back({segment->id, segment->segment.span});
  }
  std::vector<std::string> ids;
  for (const SegmentPlace& place : found) ids.push_back(place.id);
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return refuse("a segment is named twice");
  return found;
}

Result<SpeakerPlace> speaker_place(const ReviewedTranscript& transcript, const std::string& id) {
  if (id == kNobody) return refuse("UNKNOWN is nobody", "Give these segments a speaker instead.");
  if (transcript.speaker(id) == nullptr)
    return refuse("there is no speaker " + quoted(id), "Read the transcript anew.");
  SpeakerPlace place{id, {}};
  for (const ReviewedSegment& s : transcript.segments)
    if (s.segment.speaker_id == id) place.spoke.push_back(s.segment.span);
  std::stable_sort(place.spoke.begin(), place.spoke.end(),
                   [](const Span& a, const Span& b) { return a.length() > b.length(); });
  place.spoke.resize(std::min(place.spoke.size(), kStretches));
  return place;
}

void mark(ReviewedSegment& segment, Corrected what) {
  segment.corrected = segment.corrected | what;
}

std::string shown(const SpeakerRole& speaker) {
  return speaker.name.empty() ? speaker.speaker_id : speaker.name;
}

Result<Edit> apply_text(ReviewedTranscript& transcript, Edit edit) {
  if (edit.segments.size() != 1) return refuse("a text belongs to one segment");
  TRY_VOID(check(edit.text, kLongestText, "text"));
  ReviewedSegment& target = *transcript.find(edit.segments.front().id);
  target.segment.words = retimed(target.segment.words, edit.text, target.segment.span);
  target.segment.text = edit.text;
  mark(target, Corrected::Text);
  return edit;
}

Voice fitting_voice(const ReviewedTranscript& transcript, const Segment& segment, Classification now) {
  if (now == Classification::OOC) return Voice::OOC_OTHER;
  if (segment.label && segment.label->voice != Voice::OOC_OTHER) return segment.label->voice;
  const SpeakerRole* speaker = transcript.speaker(segment.speaker_id);
  return speaker != nullptr && speaker->role == Role::DM ? Voice::DM_NARRATION : Voice::CHARACTER;
}

Result<Edit> apply_label(ReviewedTranscript& transcript, Edit edit) {
  if (!edit.classification) return refuse("the label must be IC, OOC or MIXED");
  const bool out = *edit.classification == Classification::OOC;
  if (edit.voice && out != (*edit.voice == Voice::OOC_OTHER))
    return refuse("the voice does not fit the label",
                  "OOC goes with OOC_OTHER; IC and MIXED with CHARACTER, DM_NARRATION or NPC_DIALOGUE.");
  for (const SegmentPlace& place : edit.segments) {
    ReviewedSegment& target = *transcript.find(place.id);
    Label label = target.segment.label.value_or(Label{});
    label.voice = edit.voice.value_or(fitting_voice(transcript, target.segment, *edit.classification));
    const SpeakerRole* speaker = transcript.speaker(target.segment.speaker_id);
    if (out)
      label.character.clear();
    else if (label.character.empty() && label.voice == Voice::CHARACTER && speaker != nullptr)
      label.character = speaker->character;
    label.classification = *edit.classification;
    label.confidence = 1;
    label.backend = kByReview;
    label.reasoning.clear();
    target.segment.label = std::move(label);
    mark(target, Corrected::Label);
  }
  return edit;
}

Result<Edit> apply_character(ReviewedTranscript& transcript, Edit edit) {
  if (!edit.text.empty()) TRY_VOID(check(edit.text, kLongestName, "character"));
  for (const SegmentPlace& place : edit.segments) {
    const auto& label = transcript.find(place.id)->segment.label;
    if (!edit.text.empty() && (!label || label->classification == Classification::OOC))
      return refuse("segment " + quoted(place.id) + " is not said in character",
                    "Label it IC or MIXED first.");
  }
  for (const SegmentPlace& place : edit.segments) {
    ReviewedSegment& target = *transcript.find(place.id);
    if (!target.segment.label) continue;
    target.segment.label->character = edit.text;
    mark(target, Corrected::Character);
  }
  return edit;
}

std::string next_added(const ReviewedTranscript& transcript) {
  for (int number = 1;; ++number) {
    std::string id = std::string(kAdded) + std::to_string(number);
    if (transcript.speaker(id) == nullptr && !transcript.merged.contains(id)) return id;
  }
}

Result<Edit> apply_speaker(ReviewedTranscript& transcript, Edit edit) {
  if (edit.adds_speaker) {
    if (edit.speaker.id.empty()) edit.speaker.id = next_added(transcript);
    if (transcript.speaker(edit.speaker.id) == nullptr) {
      SpeakerRole added;
      added.speaker_id = edit.speaker.id;
      added.origin = SpeakerRole::Origin::Told;
      added.confidence = 1;
      transcript.speakers.push_back(std::move(added));
    }
  } else if (edit.speaker.id != kNobody) {
    edit.speaker = TRY(speaker_place(transcript, edit.speaker.id));
  }
  const SpeakerRole* speaker = transcript.speaker(edit.speaker.id);
  for (const SegmentPlace& place : edit.segments) {
    ReviewedSegment& target = *transcript.find(place.id);
    target.segment.speaker_id = edit.speaker.id;
    target.segment.speaker_name = speaker != nullptr ? shown(*speaker) : std::string(kNobody);
    mark(target, Corrected::Speaker);
  }
  return edit;
}

Result<Edit> apply_rename(ReviewedTranscript& transcript, Edit edit) {
  TRY_VOID(check(edit.text, kLongestName, "name"));
  edit.speaker = TRY(speaker_place(transcript, edit.speaker.id));
  SpeakerRole& speaker = *transcript.speaker(edit.speaker.id);
  speaker.name = edit.text;
  speaker.origin = SpeakerRole::Origin::Told;
  speaker.confidence = 1;
  for (ReviewedSegment& s : transcript.segments)
    if (s.segment.speaker_id == speaker.speaker_id) s.segment.speaker_name = speaker.name;
  return edit;
}

Result<Edit> apply_merge(ReviewedTranscript& transcript, Edit edit) {
  edit.speaker = TRY(speaker_place(transcript, edit.speaker.id));
  edit.into = TRY(speaker_place(transcript, edit.into.id));
  if (edit.speaker.id == edit.into.id) return refuse("a speaker cannot be merged into himself or herself");
  const std::string name = shown(*transcript.speaker(edit.into.id));
  for (ReviewedSegment& s : transcript.segments)
    if (s.segment.speaker_id == edit.speaker.id) {
      s.segment.speaker_id = edit.into.id;
      s.segment.speaker_name = name;
    }
  std::erase_if(transcript.speakers, [&](const SpeakerRole& s) { return s.speaker_id == edit.speaker.id; });
  for (auto& [gone, taker] : transcript.merged)
    if (taker == edit.speaker.id) taker = edit.into.id;
  transcript.merged[edit.speaker.id] = edit.into.id;
  return edit;
}

Result<Edit> apply_split(ReviewedTranscript& transcript, Edit edit) {
  if (edit.segments.size() != 1) return refuse("one segment is cut at a time");
  ReviewedSegment& target = *transcript.find(edit.segments.front().id);
  const std::vector<Word> words = words_of(target.segment);
  if (edit.word == 0 || edit.word >= words.size())
    return refuse(
        "a segment is cut between two of its words, and this one has " + std::to_string(words.size()),
        "Name the first word of the second half, from 1 on.");
  const auto middle = words.begin() + static_cast<std::ptrdiff_t>(edit.word);
  const Span whole = target.segment.span;
  edit.cut = middle->span.start;
  if (!(whole.start < edit.cut && edit.cut < whole.end))
    return refuse("one of the halves would have no time");
  const std::vector<Word> before(words.begin(), middle), after(middle, words.end());
  if (text_of(before).empty() || text_of(after).empty()) return refuse("one of the halves would be empty");
  ReviewedSegment second = target;
  second.id += ".2";
  second.segment.span.start = edit.cut;
  target.id += ".1";
  target.segment.span.end = std::clamp(before.back().span.end, whole.start, edit.cut);
  target.segment.words = before;
  second.segment.words = after;
  for (ReviewedSegment* half : {&target, &second}) {
    half->segment.text = text_of(half->segment.words);
    mark(*half, Corrected::Cut);
  }
  transcript.segments.insert(transcript.segments.begin() + (&target - transcript.segments.data()) + 1,
                             std::move(second));
  return edit;
}

// Of two labels that a joined segment could have: a person's, else that of the longer part.
const ReviewedSegment& that_labels(const ReviewedSegment& a, const ReviewedSegment& b) {
  const bool by_hand = has(b.corrected, Corrected::Label) && !has(a.corrected, Corrected::Label);
  const bool not_by_hand = has(a.corrected, Corrected::Label) && !has(b.corrected, Corrected::Label);
  if (by_hand || not_by_hand) return by_hand ? b : a;
  return b.segment.span.length() > a.segment.span.length() ? b : a;
}

Result<Edit> apply_join(ReviewedTranscript& transcript, Edit edit) {
  if (edit.segments.size() != 2) return refuse("two segments are joined at a time");
  ReviewedSegment& first = *transcript.find(edit.segments[0].id);
  ReviewedSegment& second = *transcript.find(edit.segments[1].id);
  if (&second != &first + 1)
    return refuse("segment " + quoted(second.id) + " does not follow segment " + quoted(first.id));
  if (first.segment.speaker_id != second.segment.speaker_id)
    return refuse("these segments are of different speakers", "Give both the same speaker first.");
  std::vector<Word> words = words_of(first.segment);
  for (Word& word : words_of(second.segment)) words.push_back(std::move(word));
  const ReviewedSegment& labelled = that_labels(first, second);
  first.segment.label = std::optional<Label>(labelled.segment.label);
  first.segment.text += ' ' + second.segment.text;
  first.segment.words = std::move(words);
  first.segment.span.start = std::min(first.segment.span.start, second.segment.span.start);
  first.segment.span.end = std::max(first.segment.span.end, second.segment.span.end);
  if (second.segment.overlap == Overlap::Yes) first.segment.overlap = Overlap::Yes;
  mark(first, second.corrected | Corrected::Cut);
  transcript.segments.erase(transcript.segments.begin() + (&second - transcript.segments.data()));
  return edit;
}

}  // namespace

Result<Edit> apply(ReviewedTranscript& transcript, const Edit& edit) {
  Edit placed = edit;
  if (edit.kind != Edit::Kind::RenameSpeaker && edit.kind != Edit::Kind::MergeSpeakers)
    placed.segments = TRY(places(transcript, edit));
  switch (edit.kind) {
    case Edit::Kind::Text:
      return apply_text(transcript, std::move(placed));
    case Edit::Kind::Label:
      return apply_label(transcript, std::move(placed));
    case Edit::Kind::Character:
      return apply_character(transcript, std::move(placed));
    case Edit::Kind::Speaker:
      return apply_speaker(transcript, std::move(placed));
    case Edit::Kind::RenameSpeaker:
      return apply_rename(transcript, std::move(placed));
    case Edit::Kind::MergeSpeakers:
      return apply_merge(transcript, std::move(placed));
    case Edit::Kind::Split:
      return apply_split(transcript, std::move(placed));
    case Edit::Kind::Join:
      return apply_join(transcript, std::move(placed));
  }
  return refuse("there is no such edit");
}

}  // namespace skald
