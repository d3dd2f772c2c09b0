#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "domain/review/words.hpp"
#include "table.hpp"

namespace skald {
namespace {

std::vector<Segment> drawn_talk() {
  std::vector<Segment> segments;
  double time = 0;
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) {
    std::string text = "one";
    const int words = *rc::gen::inRange(0, 5);
    for (int w = 0; w < words; ++w) text += *rc::gen::element<std::string>(" two", " bell!", " Wolf", " één");
    const double end = time + *rc::gen::inRange(4, 40) / 8.0;
    segments.push_back(said(time, end, *rc::gen::element<std::string>("S0", "S1", "UNKNOWN"), text));
    time = end + *rc::gen::element(0.0, 0.5);
  }
  return segments;
}

Edit drawn_edit(const ReviewedTranscript& transcript) {
  const auto segment = [&] {
    return transcript
        .segments[static_cast<std::size_t>(
            *rc::gen::inRange<int>(0, static_cast<int>(transcript.segments.size())))]
        .id;
  };
  const auto speaker = [] { return *rc::gen::element<std::string>("S0", "S1", "ADDED_1", "UNKNOWN", "new"); };
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return edit(Edit::Kind::Text, {segment()},
                  *rc::gen::element<std::string>("one two", "", "the Wolf bell", "x"));
    case 1:
      return labelled({segment()},
                      *rc::gen::element(Classification::IC, Classification::OOC, Classification::MIXED));
    case 2:
      return edit(Edit::Kind::Character, {segment()}, *rc::gen::element<std::string>("", "Korbo"));
    case 3:
      return given_to({segment()}, speaker());
    case 4:
      return renamed(speaker(), *rc::gen::element<std::string>("Gil", "Hanna", ""));
    case 5:
      return merged(speaker(), speaker());
    case 6:
      return cut(segment(), static_cast<std::size_t>(*rc::gen::inRange(0, 6)));
    default:
      return edit(Edit::Kind::Join, {segment(), segment()});
  }
}

// Edits one after another, each a step of its own; those that are refused must change nothing.
std::vector<ReviewStep> drawn_log(ReviewedTranscript& transcript) {
  std::vector<ReviewStep> log;
  const int count = *rc::gen::inRange(1, 15);
  for (int i = 0; i < count; ++i) {
    const ReviewedTranscript before = transcript;
    const auto applied = apply(transcript, drawn_edit(before));
    if (applied)
      log.push_back(step(static_cast<std::int64_t>(log.size()) + 1, {*applied}));
    else
      RC_ASSERT(same(before, transcript));
  }
  return log;
}

RC_GTEST_PROP(Review, EverythingUndoneIsTheMachinesTranscript, ()) {
  const ReviewedTranscript machine = start_review(drawn_talk(), {});
  ReviewedTranscript transcript = machine;
  std::vector<ReviewStep> log = drawn_log(transcript);
  const std::size_t steps = log.size();
  for (std::size_t i = 0; i < steps; ++i)
    log.push_back({ReviewStep::Kind::Undo, static_cast<std::int64_t>(log.size()) + 1, "", "", {}});
  const Reviewed undone = replay(machine, log);
  RC_ASSERT(same(machine, undone.transcript));
  RC_ASSERT(undone.standing.undone.size() == steps);
  for (std::size_t i = 0; i < steps; ++i)
    log.push_back({ReviewStep::Kind::Redo, static_cast<std::int64_t>(log.size()) + 1, "", "", {}});
  RC_ASSERT(same(transcript, replay(machine, log).transcript));
}

RC_GTEST_PROP(Review, ReplayedItIsTheSame, ()) {
  const ReviewedTranscript machine = start_review(drawn_talk(), {});
  ReviewedTranscript transcript = machine;
  const Reviewed again = replay(machine, drawn_log(transcript));
  RC_ASSERT(same(transcript, again.transcript));
  RC_ASSERT(again.unattached.empty());
}

RC_GTEST_PROP(Review, IdsRiseAndAreFound, ()) {
  ReviewedTranscript transcript = start_review(drawn_talk(), {});
  drawn_log(transcript);
  for (std::size_t i = 0; i < transcript.segments.size(); ++i) {
    const ReviewedSegment& segment = transcript.segments[i];
    RC_ASSERT(transcript.find(segment.id) == &segment);
    RC_ASSERT((i == 0 || id_before(transcript.segments[i - 1].id, segment.id)));
    RC_ASSERT(!segment.segment.text.empty());
    RC_ASSERT((segment.segment.speaker_id == "UNKNOWN" ||
               transcript.speaker(segment.segment.speaker_id) != nullptr));
  }
}

RC_GTEST_PROP(Review, CutsAndJoinsLeaveEveryWordItsTime, ()) {
  ReviewedTranscript transcript = start_review(drawn_talk(), {});
  const auto all_words = [&] {
    std::vector<Word> words;
    for (const ReviewedSegment& s : transcript.segments)
      for (const Word& word : words_of(s.segment)) words.push_back(word);
    return words;
  };
  const std::vector<Word> before = all_words();
  for (int i = 0; i < 10; ++i) {
    const Edit drawn = drawn_edit(transcript);
    if (drawn.kind == Edit::Kind::Split || drawn.kind == Edit::Kind::Join) (void)apply(transcript, drawn);
  }
  const std::vector<Word> after = all_words();
  RC_ASSERT(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i)
    RC_ASSERT((before[i].text == after[i].text && before[i].span == after[i].span));
}

RC_GTEST_PROP(Review, WordsMakeUpTheTextInOrderWithinTheSegment, ()) {
  ReviewedTranscript transcript = start_review(drawn_talk(), {});
  drawn_log(transcript);
  for (const ReviewedSegment& s : transcript.segments) {
    const std::vector<Word> words = words_of(s.segment);
    RC_ASSERT(text_of(words) == s.segment.text);
    Seconds at = s.segment.span.start;
    for (const Word& word : words) {
      RC_ASSERT(word.span.start.value >= at.value - 1e-9);
      RC_ASSERT(word.span.end.value >= word.span.start.value);
      at = word.span.start;
    }
    RC_ASSERT(words.back().span.end.value <= s.segment.span.end.value + 1e-9);
  }
}

}  // namespace
}  // namespace skald
