// A short talk of two speakers, and edits in a word each.
#pragma once
#include <string>
#include <vector>

#include "base/text.hpp"
#include "domain/review/history.hpp"

namespace skald {

/// A segment whose words share its time evenly.
inline Segment said(double start, double end, const std::string& speaker, const std::string& text) {
  Segment segment;
  segment.span = {{start}, {end}};
  segment.text = text;
  segment.speaker_id = segment.speaker_name = speaker;
  const std::vector<std::string> tokens = split(text, ' ');
  const double each = (end - start) / static_cast<double>(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    segment.words.push_back(
        {{{start + each * static_cast<double>(i)}, {start + each * static_cast<double>(i + 1)}},
         " " + tokens[i],
         0.5});
  segment.label = Label{Classification::IC, Voice::CHARACTER, 0.6, "Vessarine", "by its words", "e5"};
  return segment;
}

inline std::vector<Segment> talk() {
  return {said(0, 4, "SPEAKER_00", "the bell tolls twice"), said(4, 6, "SPEAKER_01", "I listen"),
          said(6, 9, "SPEAKER_01", "and draw my"), said(9, 10, "SPEAKER_00", "pizza"),
          said(10, 14, "UNKNOWN", "who is there now")};
}

inline ReviewedTranscript reviewed_talk() {
  SpeakerRole dm{"SPEAKER_00", "Rowan", Role::DM, "", SpeakerRole::Origin::Guessed, 0.5};
  SpeakerRole hanna{"SPEAKER_01", "Hanna", Role::Player, "Vessarine", SpeakerRole::Origin::Guessed, 0.5};
  return start_review(talk(), {dm, hanna});
}

inline Edit edit(Edit::Kind kind, const std::vector<std::string>& ids, std::string text = {}) {
  Edit made;
  made.kind = kind;
  for (const std::string& id : ids) made.segments.push_back({id, {}});
  made.text = std::move(text);
  return made;
}
inline Edit labelled(const std::vector<std::string>& ids, Classification label) {
  Edit made = edit(Edit::Kind::Label, ids);
  made.classification = label;
  return made;
}
inline Edit given_to(const std::vector<std::string>& ids, const std::string& speaker) {
  Edit made = edit(Edit::Kind::Speaker, ids);
  made.adds_speaker = speaker == "new";
  if (!made.adds_speaker) made.speaker.id = speaker;
  return made;
}
inline Edit renamed(const std::string& speaker, std::string name) {
  Edit made = edit(Edit::Kind::RenameSpeaker, {}, std::move(name));
  made.speaker.id = speaker;
  return made;
}
inline Edit merged(const std::string& from, const std::string& into) {
  Edit made = edit(Edit::Kind::MergeSpeakers, {});
  made.speaker.id = from;
  made.into.id = into;
  return made;
}
inline Edit cut(const std::string& id, std::size_t word) {
  Edit made = edit(Edit::Kind::Split, {id});
  made.word = word;
  return made;
}

inline bool same(const ReviewedTranscript& a, const ReviewedTranscript& b) {
  const Difference found = difference(a, b);
  bool equal = found.changed.empty() && found.removed.empty() && a.speakers.size() == b.speakers.size();
  for (std::size_t i = 0; equal && i < a.speakers.size(); ++i)
    equal = a.speakers[i].speaker_id == b.speakers[i].speaker_id && a.speakers[i].name == b.speakers[i].name;
  return equal;
}

inline ReviewStep step(std::int64_t revision, std::vector<Edit> edits) {
  return {ReviewStep::Kind::Edits, revision, "2026-11-23T20:00:00Z", "page", std::move(edits)};
}

}  // namespace skald
