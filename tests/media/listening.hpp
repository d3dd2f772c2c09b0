// Decodes a file and says what is heard in it, where, and how loud.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <vector>

#include "engines/media/media.hpp"
#include "media/media_writer.hpp"
#include "support/folder.hpp"

namespace skald {

/// The decoded samples and what decode() said.
struct Heard {
  media::MediaInfo info;
  std::vector<float> samples;
};

/// Decodes into `folder`/out; fails the test when decode() does.
inline Heard listen(const TestFolder& folder, const std::filesystem::path& input, int stream = -1) {
  Heard heard;
  const auto info = media::decode({input, stream, folder / "out"}, nullptr, nullptr);
  EXPECT_TRUE(info) << info.error().message;
  if (!info) return heard;
  heard.info = *info;
  const auto wav = WavFile::open(folder / "out" / "audio.wav");
  EXPECT_TRUE(wav);
  if (!wav) return heard;
  EXPECT_EQ(wav->length(), info->samples);
  heard.samples.resize(static_cast<std::size_t>(wav->length().value));
  wav->read_float({0}, heard.samples);
  return heard;
}

/// How a signal is found in samples: `delay` in seconds (positive: late), `gain` against the signal itself,
/// and the share of the energy that is something else.
struct Match {
  double delay = 0;
  double gain = 0;
  double residue = 1;
};

/// Looks for the signal in [start, end) of the recording, with delays up to `range` seconds, in steps of 1/64
/// ms.
inline Match find_signal(std::span<const float> samples, double start, double end, const Signal& signal,
                         double range = 0.002) {
  const auto first = std::llround(start * kSampleRate);
  const auto last =
      std::min<long long>(static_cast<long long>(samples.size()), std::llround(end * kSampleRate));
  const auto reach = std::llround(range * 64000);
  std::vector<double> expected;  // at 64 kHz, from `reach` before the start on
  for (long long k = 4 * first - reach; k <= 4 * last + reach; ++k)
    expected.push_back(signal(static_cast<double>(k) / 64000, 0));
  Match best;
  for (long long delay = -reach; delay <= reach; ++delay) {
    double cross = 0;
    double energy = 0;
    double wanted = 0;
    for (long long i = first; i < last; ++i) {
      const double heard = samples[static_cast<std::size_t>(i)];
      const double e = expected[static_cast<std::size_t>(4 * (i - first) - delay + reach)];
      cross += e * heard;
      wanted += e * e;
      energy += heard * heard;
    }
    if (energy <= 0) return best;
    const double residue = 1 - cross * cross / (wanted * energy);
    if (cross > 0 && residue < best.residue)
      best = {static_cast<double>(delay) / 64000, cross / wanted, residue};
  }
  return best;
}

/// Highest sample in [start, end) of the recording.
inline double loudest(std::span<const float> samples, double start, double end) {
  double peak = 0;
  const auto last = std::min(samples.size(), static_cast<std::size_t>(std::llround(end * kSampleRate)));
  for (auto i = static_cast<std::size_t>(std::llround(start * kSampleRate)); i < last; ++i)
    peak = std::max(peak, std::abs(static_cast<double>(samples[i])));
  return peak;
}

}  // namespace skald
