#include "platform/wav/outline.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace skald {
namespace {

std::int8_t scaled(std::int16_t sample) {
  return static_cast<std::int8_t>(std::lround(sample * 127.0 / 32768));
}

}  // namespace

void Outline::add(std::span<const std::int16_t> samples) {
  while (!samples.empty()) {
    const auto part = samples.first(std::min(samples.size(), kStretch - count_));
    for (const std::int16_t sample : part) {
      least_ = std::min(least_, sample);
      greatest_ = std::max(greatest_, sample);
    }
    count_ += part.size();
    if (count_ == kStretch) end_stretch();
    samples = samples.subspan(part.size());
  }
}

void Outline::end_stretch() {
  pairs_.push_back(scaled(least_));
  pairs_.push_back(scaled(greatest_));
  count_ = 0;
  least_ = INT16_MAX;
  greatest_ = INT16_MIN;
}

std::vector<std::int8_t> Outline::finish() {
  if (count_ > 0) end_stretch();
  return std::exchange(pairs_, {});
}

std::vector<std::int8_t> coarser(std::span<const std::int8_t> pairs, std::size_t points) {
  const std::size_t stretches = pairs.size() / 2;
  points = std::min(points, stretches);
  std::vector<std::int8_t> joined;
  joined.reserve(2 * points);
  for (std::size_t i = 0; i < points; ++i) {
    std::int8_t least = INT8_MAX, greatest = INT8_MIN;
    for (std::size_t s = i * stretches / points; s < (i + 1) * stretches / points; ++s) {
      least = std::min(least, pairs[2 * s]);
      greatest = std::max(greatest, pairs[2 * s + 1]);
    }
    joined.push_back(least);
    joined.push_back(greatest);
  }
  return joined;
}

}  // namespace skald
