#include "domain/diarization/timeline.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace skald {

using listen::kFrames;
using listen::kSpeakers;

std::size_t window_frame(std::size_t window) {
  return static_cast<std::size_t>(std::lround(static_cast<double>(window) / listen::kFrameStep));
}

std::size_t timeline_frames(const ListenData& data) {
  if (data.windows() == 0) return 0;
  const double end = static_cast<double>(data.first_window + data.windows() - 1) + 10.0;
  return static_cast<std::size_t>(std::ceil(end / listen::kFrameStep)) + 1 - window_frame(data.first_window);
}

std::size_t window_start(const ListenData& data, std::size_t index) {
  return window_frame(data.first_window + index) - window_frame(data.first_window);
}

std::vector<std::uint16_t> windows_seeing(const ListenData& data) {
  std::vector<std::uint16_t> seeing(timeline_frames(data));
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::size_t base = window_start(data, w);
    for (std::size_t f = base; f < std::min(base + kFrames, seeing.size()); ++f) ++seeing[f];
  }
  return seeing;
}

Seconds frame_time(std::size_t frame) {
  return {static_cast<double>(frame) * listen::kFrameStep + 0.5 * listen::kFrameDuration};
}

namespace {

/// Mean over the windows that see a frame of value(activity bits of the window there).
template <typename Value>
std::vector<float> mean_over_windows(const ListenData& data, const Value& value) {
  const auto seen = windows_seeing(data);
  std::vector<std::uint16_t> sum(seen.size());
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const auto frames = data.frames(w);
    const std::size_t base = window_start(data, w);
    for (std::size_t f = 0; f < kFrames && base + f < sum.size(); ++f) {
      sum[base + f] = static_cast<std::uint16_t>(sum[base + f] + value(frames[f]));
    }
  }
  std::vector<float> mean(sum.size());
  for (std::size_t f = 0; f < mean.size(); ++f) {
    if (seen[f] > 0) mean[f] = static_cast<float>(sum[f]) / static_cast<float>(seen[f]);
  }
  return mean;
}

}  // namespace

std::vector<std::uint8_t> count_speakers(const ListenData& data) {
  const auto mean = mean_over_windows(data, [](std::uint8_t bits) { return std::popcount(bits); });
  std::vector<std::uint8_t> count(mean.size());
  // Halves go to the even neighbour, as in pyannote.
  std::transform(mean.begin(), mean.end(), count.begin(),
                 [](float m) { return static_cast<std::uint8_t>(std::nearbyint(m)); });
  return count;
}

std::vector<float> speech_share(const ListenData& data) {
  return mean_over_windows(data, [](std::uint8_t bits) { return bits != 0 ? 1 : 0; });
}

std::vector<std::uint8_t> reconstruct(const ListenData& data, const Assignment& assignment,
                                      std::size_t speakers, std::span<const std::uint8_t> count) {
  const std::size_t frames = count.size();
  std::vector<std::uint16_t> votes(frames * speakers);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const auto active = data.frames(w);
    const std::size_t base = window_start(data, w);
    for (std::size_t s = 0; s < speakers; ++s) {
      std::uint8_t mask = 0;  // the local speakers that are person s
      for (std::size_t k = 0; k < kSpeakers; ++k) {
        if (assignment[w * kSpeakers + k] == static_cast<int>(s)) mask |= static_cast<std::uint8_t>(1U << k);
      }
      if (mask == 0) continue;
      for (std::size_t f = 0; f < kFrames && base + f < frames; ++f) {
        if ((active[f] & mask) != 0) ++votes[(base + f) * speakers + s];
      }
    }
  }
  std::vector<std::uint8_t> result(frames * speakers);
  std::vector<std::size_t> order(speakers);
  for (std::size_t f = 0; f < frames; ++f) {
    const std::uint16_t* v = &votes[f * speakers];
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [v](std::size_t a, std::size_t b) { return v[a] > v[b]; });
    const std::size_t top = std::min<std::size_t>(count[f], speakers);
    for (std::size_t i = 0; i < top; ++i) result[f * speakers + order[i]] = 1;
  }
  return result;
}

}  // namespace skald
