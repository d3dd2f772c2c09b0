#include "domain/metrics/der.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "domain/assignment.hpp"

namespace skald {
namespace {

std::vector<Span> joined(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (span.end <= span.start) continue;
    if (!result.empty() && span.start <= result.back().end)
      result.back().end = std::max(result.back().end, span.end);
    else
      result.push_back(span);
  }
  return result;
}

// Each speaker's turns without overlaps among themselves: nobody speaks twice at once.
std::vector<Turn> joined_turns(const std::vector<Turn>& turns) {
  std::map<std::string, std::vector<Span>> spans;
  for (const Turn& turn : turns) spans[turn.speaker].push_back(turn.span);
  std::vector<Turn> result;
  for (auto& [speaker, own] : spans)
    for (const Span& span : joined(std::move(own))) result.push_back({span, speaker});
  return result;
}

std::vector<Span> extent(const std::vector<Turn>& a, const std::vector<Turn>& b) {
  std::optional<Span> whole;
  for (const std::vector<Turn>* turns : {&a, &b}) {
    for (const Turn& turn : *turns) {
      if (turn.span.end <= turn.span.start) continue;
      if (!whole) whole = turn.span;
      whole->start = std::min(whole->start, turn.span.start);
      whole->end = std::max(whole->end, turn.span.end);
    }
  }
  return whole ? std::vector<Span>{*whole} : std::vector<Span>{};
}

std::vector<Span> collars(const std::vector<Turn>& reference, double collar) {
  std::vector<Span> spans;
  if (collar <= 0) return spans;
  const Seconds half{collar / 2};
  for (const Turn& turn : reference)
    for (const Seconds border : {turn.span.start, turn.span.end})
      spans.push_back({border - half, border + half});
  return spans;
}

// Speakers as numbers in order of their names.
std::vector<std::string> names_in(const std::vector<Turn>& turns) {
  std::set<std::string> names;
  for (const Turn& turn : turns) names.insert(turn.speaker);
  return {names.begin(), names.end()};
}

// A change of who speaks: +1 or -1 of one speaker of one side.
struct Event {
  double time;
  int side;  // 0 reference, 1 hypothesis
  std::size_t speaker;
  int change;
};

// Calls visit(length, active) for every stretch of the scored parts in which nothing changes;
// active[side][speaker] is the number of turns open.
class Sweep {
 public:
  Sweep(const std::vector<Turn>& reference, const std::vector<Turn>& hypothesis,
        const std::vector<Span>& scored)
      : names_{names_in(reference), names_in(hypothesis)}, scored_(scored) {
    add(reference, 0);
    add(hypothesis, 1);
    for (const Span& span : scored_) {
      borders_.push_back(span.start.value);
      borders_.push_back(span.end.value);
    }
    for (const Event& event : events_) borders_.push_back(event.time);
    std::sort(borders_.begin(), borders_.end());
    borders_.erase(std::unique(borders_.begin(), borders_.end()), borders_.end());
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& a, const Event& b) { return a.time < b.time; });
  }

  const std::vector<std::string>& names(int side) const { return names_[side]; }

  template <typename Visit>
  void run(Visit visit) const {
    std::vector<int> active[2] = {std::vector<int>(names_[0].size()), std::vector<int>(names_[1].size())};
    std::size_t event = 0, part = 0;
    for (std::size_t i = 0; i + 1 < borders_.size(); ++i) {
      for (; event < events_.size() && events_[event].time <= borders_[i]; ++event)
        active[events_[event].side][events_[event].speaker] += events_[event].change;
      while (part < scored_.size() && scored_[part].end.value <= borders_[i]) ++part;
      if (part < scored_.size() && scored_[part].start.value <= borders_[i])
        visit(borders_[i + 1] - borders_[i], active[0], active[1]);
    }
  }

 private:
  void add(const std::vector<Turn>& turns, int side) {
    for (const Turn& turn : turns) {
      if (turn.span.end <= turn.span.start) continue;
      const auto at = std::lower_bound(names_[side].begin(), names_[side].end(), turn.speaker);
      const auto speaker = static_cast<std::size_t>(at - names_[side].begin());
      events_.push_back({turn.span.start.value, side, speaker, +1});
      events_.push_back({turn.span.end.value, side, speaker, -1});
    }
  }

  std::vector<std::string> names_[2];
  std::vector<Span> scored_;
  std::vector<Event> events_;
  std::vector<double> borders_;
};

}  // namespace

double DiarizationErrors::rate() const {
  if (total == 0) return errors() == 0 ? 0 : 1;
  return errors() / total;
}

std::vector<Span> without(const std::vector<Span>& within, const std::vector<Span>& holes) {
  const std::vector<Span> gaps = joined(holes);
  std::vector<Span> result;
  for (const Span& span : joined(within)) {
    Seconds start = span.start;
    for (const Span& hole : gaps) {
      if (hole.end <= start || hole.start >= span.end) continue;
      if (hole.start > start) result.push_back({start, hole.start});
      start = hole.end;
    }
    if (start < span.end) result.push_back({start, span.end});
  }
  return result;
}

DiarizationErrors diarization_errors(const std::vector<Turn>& reference_turns,
                                     const std::vector<Turn>& hypothesis_turns, const DerOptions& options) {
  const std::vector<Turn> reference = joined_turns(reference_turns);
  const std::vector<Turn> hypothesis = joined_turns(hypothesis_turns);
  const std::vector<Span> whole = options.scored ? *options.scored : extent(reference, hypothesis);
  const Sweep sweep(reference, hypothesis, without(whole, collars(reference, options.collar)));
  const std::size_t said = sweep.names(0).size();
  const std::size_t heard = sweep.names(1).size();

  std::vector<std::vector<double>> together(said, std::vector<double>(heard, 0));  // seconds, negative: costs
  sweep.run([&](double length, const std::vector<int>& r, const std::vector<int>& h) {
    for (std::size_t i = 0; i < said; ++i)
      for (std::size_t j = 0; j < heard; ++j) together[i][j] -= length * r[i] * h[j];
  });
  const auto pairs = cheapest_pairs(together);

  DiarizationErrors result;
  std::vector<std::optional<std::size_t>> partner(said);
  for (std::size_t i = 0; i < said; ++i) {
    if (!pairs[i] || together[i][*pairs[i]] == 0) continue;
    partner[i] = pairs[i];
    result.pairs.push_back({sweep.names(0)[i], sweep.names(1)[*pairs[i]], -together[i][*pairs[i]]});
  }
  sweep.run([&](double length, const std::vector<int>& r, const std::vector<int>& h) {
    int spoken = 0, given = 0, right = 0;
    for (std::size_t i = 0; i < said; ++i) {
      spoken += r[i];
      result.reference[sweep.names(0)[i]] += length * r[i];
      if (partner[i]) right += std::min(r[i], h[*partner[i]]);
    }
    for (std::size_t j = 0; j < heard; ++j) given += h[j];
    result.total += length * spoken;
    result.missed += length * std::max(0, spoken - given);
    result.false_alarm += length * std::max(0, given - spoken);
    result.confusion += length * (std::min(spoken, given) - right);
  });
  return result;
}

}  // namespace skald
