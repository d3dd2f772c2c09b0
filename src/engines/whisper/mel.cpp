#include "engines/whisper/mel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "domain/fourier.hpp"

namespace skald::whisper {
namespace {

constexpr double kRate = 16000;
constexpr double kFloor = 1e-10;

// Slaney's mel scale: linear below 1 kHz, then 27 steps for every factor of 6.4.
double mel_to_hz(double mel) {
  constexpr double linear = 200.0 / 3, knee = 1000 / linear;
  return mel < knee ? mel * linear : 1000 * std::exp(std::log(6.4) / 27 * (mel - knee));
}

double hz_to_mel(double hz) {
  constexpr double linear = 200.0 / 3;
  return hz < 1000 ? hz / linear : 1000 / linear + std::log(hz / 1000) * 27 / std::log(6.4);
}

// Index into the audio mirrored at both ends; the audio is taken to be followed by 160 zeros.
float mirrored(std::span<const float> audio, std::ptrdiff_t i) {
  const auto length = static_cast<std::ptrdiff_t>(audio.size()) + kHop;
  if (i < 0) i = -i;
  if (i >= length) i = 2 * (length - 1) - i;
  return i >= 0 && i < static_cast<std::ptrdiff_t>(audio.size()) ? audio[i] : 0.0F;
}

}  // namespace

LogMel::LogMel(int bands) : bands_(bands), window_(kWindow), filters_(bands) {
  for (int i = 0; i < kWindow; ++i)
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kWindow));
  std::vector<double> edges(bands + 2);
  const double top = hz_to_mel(kRate / 2);
  for (int i = 0; i < bands + 2; ++i) edges[i] = mel_to_hz(top * i / (bands + 1));
  for (int b = 0; b < bands; ++b) {
    const double scale = 2 / (edges[b + 2] - edges[b]);  // constant energy per band
    Band& band = filters_[b];
    for (int k = 0; k <= kWindow / 2; ++k) {
      const double hz = kRate / kWindow * k;
      const double up = (hz - edges[b]) / (edges[b + 1] - edges[b]);
      const double down = (edges[b + 2] - hz) / (edges[b + 2] - edges[b + 1]);
      const double weight = std::max(0.0, std::min(up, down)) * scale;
      if (weight <= 0) continue;
      if (band.weights.empty()) band.first = k;
      band.weights.push_back(static_cast<float>(weight));
    }
  }
}

int LogMel::frames(std::size_t samples) {
  return static_cast<int>(std::min<std::size_t>(samples / kHop, kWindowFrames));
}

void LogMel::compute(std::span<const float> audio, std::span<float> out) const {
  const int count = frames(audio.size());
  std::ranges::fill(out, 0.0F);
  Fourier fourier(kWindow);
  std::vector<Fourier::Lanes> frame(kWindow), power(fourier.bins());
  float loudest = -10;
  // One frame more than is kept counts for the maximum, as in the models' training.
  for (int first = 0; first <= count; first += Fourier::kLanes) {
    const int lanes = std::min(Fourier::kLanes, count + 1 - first);
    for (int i = 0; i < kWindow; ++i)
      for (int l = 0; l < Fourier::kLanes; ++l)
        frame[i][l] = l < lanes ? window_[i] * mirrored(audio, (first + l) * kHop + i - kWindow / 2) : 0.0F;
    fourier.power(frame, power);
    for (int b = 0; b < bands_; ++b) {
      Fourier::Lanes sum{};
      const Band& band = filters_[b];
      for (std::size_t k = 0; k < band.weights.size(); ++k)
        for (int l = 0; l < Fourier::kLanes; ++l) sum[l] += band.weights[k] * power[band.first + k][l];
      for (int l = 0; l < lanes; ++l) {
        const float value = std::log10(std::max(sum[l], static_cast<float>(kFloor)));
        loudest = std::max(loudest, value);
        if (first + l < count) out[static_cast<std::size_t>(b) * kWindowFrames + first + l] = value;
      }
    }
  }
  for (int b = 0; b < bands_; ++b)
    for (int i = 0; i < count; ++i) {
      float& value = out[static_cast<std::size_t>(b) * kWindowFrames + i];
      value = (std::max(value, loudest - 8) + 4) / 4;
    }
}

}  // namespace skald::whisper
