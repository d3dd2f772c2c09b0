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
    for (std::size_t k = 0; k < Fft512::kHalf; ++k) {
      const double m = mel(static_cast<double>(k) * 16000.0 / Fft512::kSize);
      if (m <= left || m >= right) continue;
      if (bands_[b].weights.empty()) bands_[b].first = k;
      bands_[b].weights.push_back(static_cast<float>(m <= center ? (m - left) / step : (right - m) / step));
    }
  }
}

void Fbank::frame(const float* audio, float* bands) const {
  std::array<float, Fft512::kSize> x{};
  float sum = 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    x[i] = audio[i] * kScale;
    sum += x[i];
  }
  const float mean = sum / static_cast<float>(kLength);
  for (std::size_t i = 0; i < kLength; ++i) x[i] -= mean;
  for (std::size_t i = kLength; i-- > 1;) x[i] -= kPreemphasis * x[i - 1];
  x[0] -= kPreemphasis * x[0];
  for (std::size_t i = 0; i < kLength; ++i) x[i] *= window_[i];
  std::array<float, Fft512::kHalf> power;
  fft_.power(x, power);
  for (std::size_t b = 0; b < kBands; ++b) {
    float energy = 0;
    const float* p = &power[bands_[b].first];
    for (const float weight : bands_[b].weights) energy += weight * *p++;
    bands[b] = std::log(std::max(energy, std::numeric_limits<float>::epsilon()));
  }
}

void Fbank::compute(std::span<const float> audio, std::span<float> out) const {
  const std::size_t frames = frames_in(audio.size());
  for (std::size_t f = 0; f < frames; ++f) frame(&audio[f * kShift], &out[f * kBands]);
}

}  // namespace skald::listen
