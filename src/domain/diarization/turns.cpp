#include "domain/diarization/turns.hpp"

#include <algorithm>
#include <tuple>

#include "domain/diarization/timeline.hpp"

namespace skald {

namespace {

std::string speaker_id(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "SPEAKER_" + std::string(digits.size() < 2 ? 2 - digits.size() : 0, '0') + digits;
}

}  // namespace

std::vector<Turn> turns_of(std::span<const std::uint8_t> frames, std::size_t people, Seconds end,
                           const std::vector<std::string>& name) {
  std::vector<Turn> turns;
  if (people == 0) return turns;
  for (std::size_t s = 0; s < people; ++s) {
    const auto on = [&](std::size_t f) { return frames[f * people + s] != 0; };
    for (const Span& span : spans_of(frames.size() / people, end, on)) {
      // Less than a millisecond, at the very end of a recording, would be an empty turn in files.
      if (to_millisecond(span.start) < to_millisecond(span.end)) turns.push_back({span, name[s]});
    }
  }
  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) {
    return std::tie(a.span, a.speaker) < std::tie(b.span, b.speaker);
  });
  return turns;
}

std::vector<std::string> names_of(std::span<const std::uint8_t> frames, std::size_t people) {
  std::vector<std::string> name(people);
  std::size_t next = 0;
  for (std::size_t i = 0; i < frames.size() && next < people; ++i) {
    if (frames[i] != 0 && name[i % people].empty()) name[i % people] = speaker_id(next++);
  }
  for (std::string& id : name) {
    if (id.empty()) id = speaker_id(next++);
  }
  return name;
}

}  // namespace skald
