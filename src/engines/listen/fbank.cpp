#include "engines/listen/fbank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace skald::listen {

namespace {

constexpr float kScale = 32768.0F;  // Kaldi's features are of 16-bit integers
constexpr float kPreemphasis = 0.97F;

double mel(double hertz) {
  return 1127.0 * std::log(1.0 + hertz / 700.0);
}

}  // namespace

Fbank::Fbank() : window_{} {
  for (std::size_t i = 0; i < kLength; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / (kLength - 1);
    window_[i] = static_cast<float>(0.54 - 0.46 * std::cos(turn));
  }
  const double low = mel(20.0);
  const double step = (mel(8000.0) - low) / (kBands + 1);
  for (std::size_t b = 0; b < kBands; ++b) {
    const double left = low + static_cast<double>(b) * step;
    const double center = left + step;
    const double right = center + step;
    for (std::size_t k = 0; k < kTransform / 2; ++k) {
      const double m = mel(static_cast<double>(k) * 16000.0 / kTransform);
      if (m <= left || m >= right) continue;
      if (bands_[b].weights.empty()) bands_[b].first = k;
      bands_[b].weights.push_back(static_cast<float>(m <= center ? (m - left) / step : (right - m) / step));
    }
  }
}

void Fbank::prepare(const float* audio, std::size_t count, std::span<Fourier::Lanes> frames) const {
  Fourier::Lanes mean{};
  for (std::size_t i = 0; i < kLength; ++i)
    for (std::size_t l = 0; l < count; ++l) {
      frames[i][l] = audio[l * kShift + i] * kScale;
      mean[l] += frames[i][l];
    }
  for (float& sum : mean) sum /= static_cast<float>(kLength);
  for (std::size_t i = kLength; i-- > 0;)
    for (std::size_t l = 0; l < count; ++l) {
      const float before = frames[i == 0 ? 0 : i - 1][l] - mean[l];
      frames[i][l] = window_[i] * (frames[i][l] - mean[l] - kPreemphasis * before);
    }
}

void Fbank::compute(std::span<const float> audio, std::span<float> out) const {
  const std::size_t frames = frames_in(audio.size());
  Fourier fourier(kTransform);
  std::vector<Fourier::Lanes> samples(kTransform), power(fourier.bins());
  for (std::size_t first = 0; first < frames; first += Fourier::kLanes) {
    const std::size_t count = std::min<std::size_t>(Fourier::kLanes, frames - first);
    prepare(&audio[first * kShift], count, samples);
    fourier.power(samples, power);
    for (std::size_t b = 0; b < kBands; ++b) {
      Fourier::Lanes energy{};
      for (std::size_t k = 0; k < bands_[b].weights.size(); ++k)
        for (std::size_t l = 0; l < Fourier::kLanes; ++l)
          energy[l] += bands_[b].weights[k] * power[bands_[b].first + k][l];
      for (std::size_t l = 0; l < count; ++l)
        out[(first + l) * kBands + b] = std::log(std::max(energy[l], std::numeric_limits<float>::epsilon()));
    }
  }
}

}  // namespace skald::listen
