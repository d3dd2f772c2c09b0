#include "domain/review/turns.hpp"

#include <algorithm>
#include <charconv>

namespace skald {
namespace {

// Which of the machine's segments an id comes from, counted from 0.
std::size_t origin(const std::string& id) {
  std::size_t number = 1;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number - 1;
}

void cut_out(std::vector<Turn>& turns, const std::string& speaker, const Span& hole) {
  std::vector<Turn> kept;
  for (Turn& turn : turns) {
    if (turn.speaker != speaker || overlap(turn.span, hole).value <= 0) {
      kept.push_back(std::move(turn));
      continue;
    }
    if (turn.span.start < hole.start) kept.push_back({{turn.span.start, hole.start}, speaker});
    if (hole.end < turn.span.end) kept.push_back({{hole.end, turn.span.end}, speaker});
  }
  turns = std::move(kept);
}

// Turns of one speaker that touch become one.
std::vector<Turn> united(std::vector<Turn> turns) {
  std::stable_sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) {
    return a.speaker != b.speaker ? a.speaker < b.speaker : a.span < b.span;
  });
  std::vector<Turn> result;
  for (Turn& turn : turns) {
    if (!result.empty() && result.back().speaker == turn.speaker && turn.span.start <= result.back().span.end)
      result.back().span.end = std::max(result.back().span.end, turn.span.end);
    else
      result.push_back(std::move(turn));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Turn& a, const Turn& b) { return a.span < b.span; });
  return result;
}

}  // namespace

std::vector<Turn> corrected_turns(const std::vector<Turn>& turns, const std::vector<Segment>& machine,
                                  const ReviewedTranscript& transcript) {
  const auto now = [&](const std::string& speaker) {
    const auto found = transcript.merged.find(speaker);
    return found == transcript.merged.end() ? speaker : found->second;
  };
  std::vector<Turn> result = turns;
  for (Turn& turn : result) turn.speaker = now(turn.speaker);
  bool changed = !transcript.merged.empty();
  std::vector<Turn> given;
  for (std::size_t i = 0; i < transcript.segments.size(); ++i) {
    const Segment& segment = transcript.segments[i].segment;
    const std::size_t next =
        i + 1 < transcript.segments.size() ? origin(transcript.segments[i + 1].id) : machine.size();
    // A joined segment covers all of the machine's up to the next one.
    for (std::size_t m = origin(transcript.segments[i].id); m < machine.size(); ++m) {
      const Span piece{std::max(segment.span.start, machine[m].span.start),
                       std::min(segment.span.end, machine[m].span.end)};
      const std::string before = now(machine[m].speaker_id);
      if (before != segment.speaker_id && piece.start < piece.end) {
        cut_out(result, before, piece);
        if (segment.speaker_id != kNobody) given.push_back({piece, segment.speaker_id});
        changed = true;
      }
      if (m + 1 >= next) break;
    }
  }
  if (!changed) return turns;
  result.insert(result.end(), given.begin(), given.end());
  return united(std::move(result));
}

}  // namespace skald
