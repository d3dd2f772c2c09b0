// The frames of a whole recording, put together from windows that overlap.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "domain/diarization/listen_data.hpp"

namespace skald {

/// The frame of the recording at which a window begins.
std::size_t window_frame(std::size_t window);
/// Frames from the first window to the end of the last one; frame 0 is where the first one begins.
std::size_t timeline_frames(const ListenData& data);
/// The frame at which window `index` of the data begins, counted like these.
std::size_t window_start(const ListenData& data, std::size_t index);
/// How many windows see each of these frames.
std::vector<std::uint16_t> windows_seeing(const ListenData& data);
/// Where frame `frame` begins and ends when runs of frames become spans: the middle of what it sees.
Seconds frame_time(std::size_t frame);

/// How many people speak in each frame: the rounded mean over the windows that see it.
std::vector<std::uint8_t> count_speakers(const ListenData& data);
/// The share of windows that hear anybody in each frame, 0 to 1.
std::vector<float> speech_share(const ListenData& data);

/// The global speaker of each local one, [windows, kSpeakers]; negative: none.
using Assignment = std::vector<int>;

/// The `count[f]` most active of `speakers` people in each frame f. Returns [frames, speakers], ones and
/// zeros.
std::vector<std::uint8_t> reconstruct(const ListenData& data, const Assignment& assignment,
                                      std::size_t speakers, std::span<const std::uint8_t> count);

/// Runs of `on(frame)` in [0, frames) as spans inside [0, end].
template <typename On>
std::vector<Span> spans_of(std::size_t frames, Seconds end, const On& on) {
  std::vector<Span> spans;
  for (std::size_t f = 0; f < frames;) {
    if (!on(f)) {
      ++f;
      continue;
    }
    const std::size_t first = f;
    while (f < frames && on(f)) ++f;
    const Span span{std::min(frame_time(first), end), std::min(frame_time(f), end)};
    if (span.start < span.end) spans.push_back(span);
  }
  return spans;
}

}  // namespace skald
