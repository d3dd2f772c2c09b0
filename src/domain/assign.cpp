#include "domain/assign.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace skald {
namespace {

struct Spoken {
  const Word* word;
  const Chunk* chunk;
};

std::vector<Spoken> all_words(const std::vector<Chunk>& chunks) {
  std::vector<Spoken> words;
  for (const Chunk& chunk : chunks)
    for (const Word& word : chunk.words) words.push_back({&word, &chunk});
  return words;
}

// The turns of one speaker, sorted, with questions about how they lie to a span.
class Presence {
 public:
  void add(const Span& span) { spans_.push_back(span); }

  void sort() {
    std::sort(spans_.begin(), spans_.end());
    std::vector<Span> joined;
    for (const Span& span : spans_) {
      if (!joined.empty() && span.start <= joined.back().end)
        joined.back().end = std::max(joined.back().end, span.end);
      else
        joined.push_back(span);
    }
    spans_ = std::move(joined);
  }

  double shared(const Span& span) const {
    double total = 0;
    for (auto turn = first_ending_after(span.start); turn != spans_.end() && turn->start < span.end; ++turn)
      total += overlap(*turn, span).value;
    return total;
  }

  // Seconds between the span and the nearest turn; 0 where they touch.
  double distance(const Span& span) const {
    double nearest = std::numeric_limits<double>::infinity();
    const auto next = first_ending_after(span.start);
    if (next != spans_.end()) nearest = std::max(0.0, (next->start - span.end).value);
    if (next != spans_.begin())
      nearest = std::min(nearest, std::max(0.0, (span.start - std::prev(next)->end).value));
    return nearest;
  }

 private:
  std::vector<Span>::const_iterator first_ending_after(Seconds time) const {
    return std::partition_point(spans_.begin(), spans_.end(),
                                [&](const Span& turn) { return turn.end <= time; });
  }

  std::vector<Span> spans_;
};

struct Speaker {
  std::string id;
  Presence turns;
  Presence exclusive;
};

std::vector<Speaker> speakers_of(const Diarization& diarization) {
  std::map<std::string, Speaker> by_id;
  for (const Turn& turn : diarization.turns) by_id[turn.speaker].turns.add(turn.span);
  for (const Turn& turn : diarization.exclusive_turns) by_id[turn.speaker].exclusive.add(turn.span);
  std::vector<Speaker> speakers;
  for (auto& [id, speaker] : by_id) {
    speaker.id = id;
    speaker.turns.sort();
    speaker.exclusive.sort();
    speakers.push_back(std::move(speaker));
  }
  return speakers;
}

// The part of a word's span that surely is the word: recognisers begin a word that follows a pause in the
// pause, and draw words over silences that they end.
Span heard(const Word& word) {
  constexpr double longest = 0.8;
  constexpr double shortest = 0.04;
  Span span = word.span;
  if (span.length().value > longest) span.start = span.end - Seconds{longest};
  if (span.length().value < shortest) {
    const double middle = (span.start.value + span.end.value) / 2;
    span = {{middle - shortest / 2}, {middle + shortest / 2}};
  }
  return span;
}

char last_mark(std::string_view text) {
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '"' || text.back() == '\'' || text.back() == ')'))
    text.remove_suffix(1);
  if (text.ends_with("\xE2\x80\xA6")) return '.';  // an ellipsis in one character
  return text.empty() ? ' ' : text.back();
}

bool ends_sentence(std::string_view text) {
  const char mark = last_mark(text);
  return mark == '.' || mark == '?' || mark == '!';
}

bool ends_clause(std::string_view text) {
  const char mark = last_mark(text);
  return mark == ',' || mark == ';' || mark == ':' || mark == '-' || text.ends_with("\xE2\x80\x94");
}

double change_cost(const Word& before, const Word& after, const AssignOptions& options) {
  const double silence = (after.span.start - before.span.end).value;
  if (ends_sentence(before.text) || silence >= options.pause.value) return options.change_at_sentence;
  if (ends_clause(before.text) || silence >= options.pause.value / 3) return options.change_at_comma;
  return options.change_inside;
}

// What it costs to give the word to each speaker: the seconds in which the speaker is silent. Where several
// speak, the one of the exclusive turns costs less. Empty: no speaker is in reach.
std::vector<double> word_costs(const Word& word, const std::vector<Speaker>& speakers,
                               const AssignOptions& options) {
  constexpr double exclusive_share = 0.6;
  const Span span = heard(word);
  std::vector<double> costs;
  double nearest = std::numeric_limits<double>::infinity();
  for (const Speaker& speaker : speakers) {
    const double silent = span.length().value - speaker.turns.shared(span);
    const double not_first = span.length().value - speaker.exclusive.shared(span);
    const double away = std::min(speaker.turns.distance(span), speaker.exclusive.distance(span));
    nearest = std::min(nearest, away);
    costs.push_back((1 - exclusive_share) * silent + exclusive_share * not_first +
                    std::min(away, options.reach.value));
  }
  if (nearest > options.reach.value) costs.clear();
  return costs;
}

// The cheapest way through the words. A word out of reach keeps no state: what follows it starts anew.
class Path {
 public:
  Path(const std::vector<Spoken>& words, const std::vector<Speaker>& speakers, const AssignOptions& options)
      : words_(words), speakers_(speakers), options_(options) {}

  std::vector<std::string> best() {
    std::vector<std::string> result(words_.size(), std::string(kNobody));
    for (std::size_t i = 0; i < words_.size(); ++i) {
      std::vector<double> costs = word_costs(*words_[i].word, speakers_, options_);
      if (costs.empty()) {
        finish(i, result);
      } else {
        step(i, costs);
      }
    }
    finish(words_.size(), result);
    return result;
  }

 private:
  void step(std::size_t i, const std::vector<double>& costs) {
    if (total_.empty()) {
      total_ = costs;
      from_.emplace_back();
      return;
    }
    const auto cheapest = std::min_element(total_.begin(), total_.end());
    const std::size_t origin = static_cast<std::size_t>(cheapest - total_.begin());
    const double changed = *cheapest + change_cost(*words_[i - 1].word, *words_[i].word, options_);
    std::vector<std::size_t> from(costs.size());
    for (std::size_t k = 0; k < costs.size(); ++k) {
      const bool stays = total_[k] <= changed;
      from[k] = stays ? k : origin;
      total_[k] = (stays ? total_[k] : changed) + costs[k];
    }
    from_.push_back(std::move(from));
  }

  // Walks back from the word before `end` and writes the speakers down.
  void finish(std::size_t end, std::vector<std::string>& result) {
    if (total_.empty()) return;
    auto k = static_cast<std::size_t>(std::min_element(total_.begin(), total_.end()) - total_.begin());
    for (std::size_t back = 0; back < from_.size(); ++back) {
      result[end - 1 - back] = speakers_[k].id;
      const auto& from = from_[from_.size() - 1 - back];
      if (!from.empty()) k = from[k];
    }
    total_.clear();
    from_.clear();
  }

  const std::vector<Spoken>& words_;
  const std::vector<Speaker>& speakers_;
  const AssignOptions& options_;
  std::vector<double> total_;                   // of the cheapest path that ends with each speaker
  std::vector<std::vector<std::size_t>> from_;  // the speaker before, for each word and speaker
};

// Words of one speaker and language without a pause: [first, last).
struct Run {
  std::size_t first, last;
};

class Cutter {
 public:
  Cutter(const std::vector<Spoken>& words, const std::vector<std::string>& speakers,
         const AssignOptions& options)
      : words_(words), speakers_(speakers), options_(options) {}

  std::vector<Run> cut() {
    std::size_t first = 0;
    for (std::size_t i = 1; i <= words_.size(); ++i) {
      if (i < words_.size() && !breaks_before(i)) continue;
      cut_sentences(first, i);
      first = i;
    }
    return std::move(runs_);
  }

 private:
  const Word& word(std::size_t i) const { return *words_[i].word; }
  double silence_before(std::size_t i) const { return (word(i).span.start - word(i - 1).span.end).value; }
  double length(std::size_t first, std::size_t last) const {
    return (word(last - 1).span.end - word(first).span.start).value;
  }

  bool breaks_before(std::size_t i) const {
    return speakers_[i] != speakers_[i - 1] || words_[i].chunk->language != words_[i - 1].chunk->language ||
           silence_before(i) >= options_.pause.value;
  }

  void cut_sentences(std::size_t first, std::size_t last) {
    int sentences = 0;
    std::size_t start = first;
    for (std::size_t i = first; i < last; ++i) {
      if (!ends_sentence(word(i).text)) continue;
      ++sentences;
      if (i + 1 == last ||
          (sentences < options_.sentences && length(start, i + 1) < options_.long_segment.value))
        continue;
      cut_length(start, i + 1);
      start = i + 1;
      sentences = 0;
    }
    cut_length(start, last);
  }

  // Halves what is too long, at a sentence end, comma or silence near the middle.
  void cut_length(std::size_t first, std::size_t last) {
    if (first == last) return;
    if (last - first < 2 || length(first, last) <= options_.longest_segment.value) {
      runs_.push_back({first, last});
      return;
    }
    const double middle = word(first).span.start.value + length(first, last) / 2;
    std::size_t best = first + 1;
    double best_cost = std::numeric_limits<double>::infinity();
    for (std::size_t i = first + 1; i < last; ++i) {
      const double mark = ends_sentence(word(i - 1).text) ? 4 : ends_clause(word(i - 1).text) ? 2 : 0;
      const double cost = std::abs(word(i).span.start.value - middle) / options_.longest_segment.value * 10 -
                          mark - 4 * std::clamp(silence_before(i), 0.0, 1.0);
      if (cost < best_cost) {
        best_cost = cost;
        best = i;
      }
    }
    cut_length(first, best);
    cut_length(best, last);
  }

  const std::vector<Spoken>& words_;
  const std::vector<std::string>& speakers_;
  const AssignOptions& options_;
  std::vector<Run> runs_;
};

// Where two people speak: as told, else where turns of different speakers lie over one another.
std::vector<Span> overlaps_of(const Diarization& diarization) {
  std::vector<Span> spans = diarization.overlaps;
  if (spans.empty()) {
    std::vector<Turn> turns = diarization.turns;
    std::stable_sort(turns.begin(), turns.end(),
                     [](const Turn& a, const Turn& b) { return a.span.start < b.span.start; });
    for (std::size_t i = 0; i < turns.size(); ++i)
      for (std::size_t j = i + 1; j < turns.size() && turns[j].span.start < turns[i].span.end; ++j)
        if (turns[i].speaker != turns[j].speaker)
          spans.push_back({turns[j].span.start, std::min(turns[i].span.end, turns[j].span.end)});
  }
  return spans;
}

std::string_view without_leading_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n\r");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

Segment make_segment(const std::vector<Spoken>& words, const Run& run, const std::string& speaker) {
  Segment segment;
  segment.span = words[run.first].word->span;
  segment.speaker_id = speaker;
  segment.speaker_name = speaker;
  segment.language = words[run.first].chunk->language;
  for (std::size_t i = run.first; i < run.last; ++i) {
    const Word& word = *words[i].word;
    segment.span.start = std::min(segment.span.start, word.span.start);
    segment.span.end = std::max(segment.span.end, word.span.end);
    // Within a chunk a word without a leading blank continues the one before it; chunks never share a word.
    if (i > run.first && words[i].chunk != words[i - 1].chunk && !word.text.starts_with(' '))
      segment.text += ' ';
    segment.text += word.text;
    segment.words.push_back(word);
  }
  segment.text = without_leading_blanks(segment.text);
  while (!segment.text.empty() && segment.text.back() == ' ') segment.text.pop_back();
  return segment;
}

}  // namespace

std::vector<std::string> speakers_of_words(const std::vector<Chunk>& chunks, const Diarization& diarization,
                                           const AssignOptions& options) {
  const std::vector<Spoken> words = all_words(chunks);
  const std::vector<Speaker> speakers = speakers_of(diarization);
  return Path(words, speakers, options).best();
}

std::vector<Segment> assign(const std::vector<Chunk>& chunks, const Diarization& diarization,
                            const AssignOptions& options) {
  const std::vector<Spoken> words = all_words(chunks);
  const std::vector<std::string> speakers = speakers_of_words(chunks, diarization, options);
  Presence overlapped;
  for (const Span& span : overlaps_of(diarization)) overlapped.add(span);
  overlapped.sort();
  std::vector<Segment> segments;
  for (const Run& run : Cutter(words, speakers, options).cut()) {
    Segment segment = make_segment(words, run, speakers[run.first]);
    const double marked = std::min(options.marked_overlap.value, segment.span.length().value / 2);
    if (const double shared = overlapped.shared(segment.span); shared > 0 && shared >= marked)
      segment.overlap = Overlap::Yes;
    segments.push_back(std::move(segment));
  }
  return segments;
}

}  // namespace skald
