// The outline of a sound, as players draw it: the least and the greatest sample of each short stretch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace skald {

inline constexpr std::string_view kOutlineFile = "outline.s8";  // pairs of signed bytes, as finish() gives

/// Takes the samples of a sound piece by piece, and keeps two bytes for every 10 ms.
class Outline {
 public:
  static constexpr std::size_t kStretch = 160;  // samples

  void add(std::span<const std::int16_t> samples);
  /// Least and greatest value of each stretch, one after the other, full scale 127; the last stretch may be
  /// shorter.
  std::vector<std::int8_t> finish();

 private:
  void end_stretch();
  std::vector<std::int8_t> pairs_;
  std::size_t count_ = 0;  // samples of the stretch so far
  std::int16_t least_ = INT16_MAX, greatest_ = INT16_MIN;
};

/// The same outline in at most `points` stretches of about equal length.
std::vector<std::int8_t> coarser(std::span<const std::int8_t> pairs, std::size_t points);

}  // namespace skald
