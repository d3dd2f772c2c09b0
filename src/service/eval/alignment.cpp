#include "service/eval/alignment.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"

namespace skald {
namespace {

// Recognisers begin a word with a blank; what has none continues the word before ("3", ".5"). References
// often have no blanks at all.
std::vector<Word> whole_words(const std::vector<Word>& parts) {
  const bool blanks = std::any_of(parts.begin() + 1, parts.end(),
                                  [](const Word& part) { return part.text.starts_with(' '); });
  std::vector<Word> words;
  for (const Word& part : parts) {
    if (!words.empty() && blanks && !part.text.starts_with(' ')) {
      words.back().text += part.text;
      words.back().span.end = part.span.end;
    } else {
      words.push_back(part);
    }
  }
  return words;
}

void add_spread(const std::vector<std::string>& words, const Span& span, const std::string& speaker,
                std::vector<TimedWord>& result) {
  std::size_t letters = 0, before = 0;
  for (const std::string& word : words) letters += word.size();
  for (const std::string& word : words) {
    const double share =
        (static_cast<double>(before) + static_cast<double>(word.size()) / 2) / static_cast<double>(letters);
    result.push_back({{span.start.value + share * span.length().value}, speaker, word});
    before += word.size();
  }
}

void add_words(const Segment& segment, std::vector<TimedWord>& result) {
  const std::size_t first = result.size();
  std::vector<std::string> said;
  if (!segment.words.empty()) {
    for (const Word& word : whole_words(segment.words)) {
      const std::vector<std::string> parts = normalised_words(word.text);
      add_spread(parts, word.span, segment.speaker_id, result);
      said.insert(said.end(), parts.begin(), parts.end());
    }
  }
  // A text that was corrected counts before the words that were recognised.
  const std::vector<std::string> text = normalised_words(segment.text);
  if (text == said) return;
  result.resize(first);
  add_spread(text, segment.span, segment.speaker_id, result);
}

bool inside(const std::vector<Span>& spans, Seconds at, double margin) {
  return std::any_of(spans.begin(), spans.end(), [&](const Span& span) {
    return span.start.value - margin <= at.value && at.value < span.end.value + margin;
  });
}

// The stretches in which the reference has words that count.
std::vector<Span> scored_spans(const Material& reference) {
  std::vector<Span> spans;
  spans.reserve(reference.segments.size());
  for (const Segment& segment : reference.segments) spans.push_back(segment.span);
  return spans;
}

bool same_lines(const Material& a, const Material& b) {
  return std::equal(a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
                    [](const Segment& x, const Segment& y) { return trim(x.text) == trim(y.text); });
}

const Segment* answer_in_time(const Segment& said, const std::vector<Segment>& heard,
                              const std::string& partner) {
  struct Found {
    double seconds = 0;
    double longest = 0;
    const Segment* segment = nullptr;
  };
  std::array<Found, 3> by_label, by_label_of_partner;
  for (const Segment& segment : heard) {
    if (segment.span.start >= said.span.end) break;
    const double shared = overlap(said.span, segment.span).value;
    if (shared <= 0 || !segment.label) continue;
    const auto label = static_cast<std::size_t>(segment.label->classification);
    for (auto* found : {&by_label, &by_label_of_partner}) {
      if (found == &by_label_of_partner && segment.speaker_id != partner) continue;
      Found& entry = (*found)[label];
      entry.seconds += shared;
      if (shared > entry.longest) {
        entry.longest = shared;
        entry.segment = &segment;
      }
    }
  }
  for (const auto* found : {&by_label_of_partner, &by_label}) {
    const auto best = std::max_element(found->begin(), found->end(),
                                       [](const Found& a, const Found& b) { return a.seconds < b.seconds; });
    if (best->segment != nullptr) return best->segment;
  }
  return nullptr;
}

}  // namespace

std::vector<TimedWord> timed_words(const Material& material) {
  std::vector<TimedWord> words;
  for (const Segment& segment : material.segments) add_words(segment, words);
  std::stable_sort(words.begin(), words.end(),
                   [](const TimedWord& a, const TimedWord& b) { return a.at < b.at; });
  return words;
}

std::vector<SpeakerWords> by_speaker(const std::vector<TimedWord>& words) {
  std::map<std::string, std::vector<std::string>> speakers;
  for (const TimedWord& word : words) speakers[word.speaker].push_back(word.word);
  std::vector<SpeakerWords> result;
  result.reserve(speakers.size());
  for (auto& [speaker, said] : speakers) result.push_back({speaker, std::move(said)});
  return result;
}

std::vector<TimedWord> scored_words(std::vector<TimedWord> words, const Material& reference) {
  constexpr double margin = 0.3;  // recognisers' word times are as inexact
  const std::vector<Span> scored = scored_spans(reference);
  std::erase_if(words, [&](const TimedWord& word) {
    return inside(reference.unscored, word.at, margin) && !inside(scored, word.at, 0);
  });
  return words;
}

std::size_t words_without_speech(const std::vector<TimedWord>& words, const Material& reference) {
  constexpr double margin = 0.5;
  std::vector<Span> speech = scored_spans(reference);
  for (const Turn& turn : reference.turns) speech.push_back(turn.span);
  speech.insert(speech.end(), reference.unscored.begin(), reference.unscored.end());
  const auto stray = [&](const TimedWord& word) {
    return !inside(speech, word.at, inside(reference.no_speech, word.at, 0) ? 0 : margin);
  };
  return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), stray));
}

std::vector<LabelPair> label_pairs(const Material& reference, const Material& hypothesis,
                                   const std::function<std::string(const std::string&)>& partner) {
  std::vector<LabelPair> pairs;
  const bool by_line = same_lines(reference, hypothesis);
  for (std::size_t i = 0; i < reference.segments.size(); ++i) {
    const Segment& said = reference.segments[i];
    if (!said.label) continue;
    const Segment* heard = nullptr;
    if (!by_line)
      heard = answer_in_time(said, hypothesis.segments, partner(said.speaker_id));
    else if (hypothesis.segments[i].label)
      heard = &hypothesis.segments[i];
    pairs.push_back({&said, heard});
  }
  return pairs;
}

}  // namespace skald
