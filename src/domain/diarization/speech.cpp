#include "domain/diarization/speech.hpp"

#include <algorithm>

#include "domain/diarization/timeline.hpp"

namespace skald {

namespace {

/// Widens spans by `padding` and joins those that then lie closer than `gap`.
std::vector<Span> pad_and_join(const std::vector<Span>& spans, Seconds padding, Seconds gap, Seconds end) {
  std::vector<Span> joined;
  for (const Span& span : spans) {
    const Span wide{std::max(Seconds{0}, span.start - padding), std::min(end, span.end + padding)};
    if (!joined.empty() && wide.start < joined.back().end + gap) {
      joined.back().end = std::max(joined.back().end, wide.end);
    } else {
      joined.push_back(wide);
    }
  }
  return joined;
}

}  // namespace

std::vector<Span> speech_regions(const ListenData& data, const SpeechOptions& options) {
  const auto share = speech_share(data);
  std::vector<char> on(share.size());
  for (std::size_t f = 0; f < share.size(); ++f)
    on[f] = static_cast<double>(share[f]) >= options.onset ? 1 : 0;
  // Hysteresis: speech spreads from where it is sure over neighbours in which it is likely.
  const auto likely = [&](std::size_t f) { return static_cast<double>(share[f]) > options.offset; };
  for (std::size_t f = 1; f < on.size(); ++f) {
    if (on[f - 1] != 0 && likely(f)) on[f] = 1;
  }
  for (std::size_t f = on.size(); f-- > 1;) {
    if (on[f] != 0 && likely(f - 1)) on[f - 1] = 1;
  }
  const Seconds end = to_seconds(data.length);
  const auto spans = spans_of(on.size(), end, [&](std::size_t f) { return on[f] != 0; });
  return pad_and_join(spans, options.padding, options.smallest_gap, end);
}

std::vector<Span> overlap_regions(const ListenData& data) {
  const auto count = count_speakers(data);
  return spans_of(count.size(), to_seconds(data.length), [&](std::size_t f) { return count[f] > 1; });
}

}  // namespace skald
