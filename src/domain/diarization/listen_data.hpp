// What the listening models heard: who speaks when within each window, and how each of these voices sounds.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "domain/time.hpp"

namespace skald {

/// The geometry of community-1: windows of 10 s every second, 589 frames and 3 local speakers each.
namespace listen {
inline constexpr std::int64_t kWindowSamples = 160000;
inline constexpr std::int64_t kWindowStep = 16000;
inline constexpr std::size_t kFrames = 589;
inline constexpr std::size_t kSpeakers = 3;
inline constexpr std::size_t kDimension = 256;
inline constexpr double kFrameStep = 0.016875;       // seconds from one frame to the next
inline constexpr double kFrameDuration = 0.0619375;  // seconds that one frame sees
/// Windows that cover a recording; the last one may reach past its end.
constexpr std::size_t window_count(Samples length) {
  if (length.value <= 0) return 0;
  if (length.value <= kWindowSamples) return 1;
  return static_cast<std::size_t>((length.value - kWindowSamples + kWindowStep - 1) / kWindowStep) + 1;
}
}  // namespace listen

/// A short stretch in which one person speaks alone.
struct Piece {
  std::size_t first = 0;  // frames of the recording
  std::size_t end = 0;
  std::size_t heard = 0;  // frames of the speaker model (80 ms) in its embedding; 0: too short for one
};

/// Segmentation and embeddings of windows that follow one another.
struct ListenData {
  Samples length;                      // of the recording
  std::size_t first_window = 0;        // 0 but for a unit of work
  std::vector<std::uint8_t> active;    // [windows, kFrames]: bit k is set where local speaker k speaks
  std::vector<std::uint8_t> embedded;  // [windows]: bit k is set where local speaker k has an embedding
  std::vector<float> embeddings;       // [windows, kSpeakers, kDimension]; zeros where there is none
  std::vector<Piece> pieces;           // in order of time, apart from one another
  std::vector<float> voices;           // [pieces, kDimension]; zeros where there is none

  std::size_t windows() const { return embedded.size(); }
  std::span<const std::uint8_t> frames(std::size_t window) const {
    return std::span(active).subspan(window * listen::kFrames, listen::kFrames);
  }
  std::span<const float> embedding(std::size_t window, std::size_t speaker) const {
    return std::span(embeddings)
        .subspan((window * listen::kSpeakers + speaker) * listen::kDimension, listen::kDimension);
  }
  std::span<const float> voice(std::size_t piece) const {
    return std::span(voices).subspan(piece * listen::kDimension, listen::kDimension);
  }
  bool has_embedding(std::size_t window, std::size_t speaker) const {
    return (embedded[window] >> speaker & 1) != 0;
  }
};

}  // namespace skald
