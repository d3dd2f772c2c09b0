#include "engines/whisper/alignment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace skald::whisper {
namespace {

constexpr int kMedian = 7;

// Median of seven along a row, its ends mirrored.
void smooth(std::span<const float> in, std::span<float> out) {
  const auto count = static_cast<int>(in.size());
  std::array<float, kMedian> around{};
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k < kMedian; ++k) {
      int at = i + k - kMedian / 2;
      if (at < 0) at = -at;
      if (at >= count) at = 2 * (count - 1) - at;
      around[static_cast<std::size_t>(k)] = in[static_cast<std::size_t>(std::clamp(at, 0, count - 1))];
    }
    std::nth_element(around.begin(), around.begin() + kMedian / 2, around.end());
    out[static_cast<std::size_t>(i)] = around[kMedian / 2];
  }
}

// Mean over the heads of the standardised, smoothed attention: [tokens x frames].
std::vector<float> evidence(std::span<const float> attention, std::size_t tokens, std::size_t heads,
                            std::size_t frames) {
  std::vector<float> sum(tokens * frames), rows(tokens * frames), smoothed(frames);
  for (std::size_t h = 0; h < heads; ++h) {
    for (std::size_t t = 0; t < tokens; ++t) {
      const float* row = attention.data() + (t * heads + h) * frames;
      float total = 1e-20F;
      for (std::size_t f = 0; f < frames; ++f) total += row[f];
      for (std::size_t f = 0; f < frames; ++f) rows[t * frames + f] = row[f] / total;
    }
    std::vector<float> mean(frames), deviation(frames);
    for (std::size_t t = 0; t < tokens; ++t)
      for (std::size_t f = 0; f < frames; ++f) mean[f] += rows[t * frames + f];
    for (float& m : mean) m /= static_cast<float>(tokens);
    for (std::size_t t = 0; t < tokens; ++t)
      for (std::size_t f = 0; f < frames; ++f) {
        const float d = rows[t * frames + f] - mean[f];
        deviation[f] += d * d;
      }
    for (float& d : deviation) d = std::sqrt(d / static_cast<float>(tokens)) + 1e-9F;
    for (std::size_t t = 0; t < tokens; ++t) {
      float* row = rows.data() + t * frames;
      for (std::size_t f = 0; f < frames; ++f) row[f] = (row[f] - mean[f]) / deviation[f];
      smooth({row, frames}, smoothed);
      for (std::size_t f = 0; f < frames; ++f) sum[t * frames + f] += smoothed[f] / static_cast<float>(heads);
    }
  }
  return sum;
}

}  // namespace

std::vector<int> token_frames(std::span<const float> attention, int tokens, int heads, int frames,
                              int first) {
  const auto rows = static_cast<std::size_t>(tokens - first), columns = static_cast<std::size_t>(frames);
  const std::vector<float> gain =
      evidence(attention, static_cast<std::size_t>(tokens), static_cast<std::size_t>(heads), columns);
  const float* matrix = gain.data() + static_cast<std::size_t>(first) * columns;
  // Cost of the best path to each cell, and the step that led there: 0 both, 1 next token, 2 next frame.
  const std::size_t width = columns + 1;
  std::vector<float> cost((rows + 1) * width, std::numeric_limits<float>::infinity());
  std::vector<std::uint8_t> step((rows + 1) * width, 2);
  cost[0] = 0;
  for (std::size_t i = 1; i <= rows; ++i)
    for (std::size_t j = 1; j <= columns; ++j) {
      const std::size_t at = i * width + j;
      const float both = cost[at - width - 1], token = cost[at - width], frame = cost[at - 1];
      const bool diagonal = both < token && both < frame;
      step[at] = diagonal ? 0 : token < both && token < frame ? 1 : 2;
      cost[at] = std::min({both, token, frame}) - matrix[(i - 1) * columns + j - 1];
    }
  std::vector<int> starts(rows);
  std::size_t i = rows, j = columns;
  while (i > 0 && j > 0) {
    starts[i - 1] = static_cast<int>(j) - 1;  // the last one written is the earliest
    const std::uint8_t s = step[i * width + j];
    if (s != 2) --i;
    if (s != 1) --j;
  }
  for (; i > 0; --i) starts[i - 1] = 0;
  return starts;
}

}  // namespace skald::whisper
