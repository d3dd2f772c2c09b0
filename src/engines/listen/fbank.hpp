// Kaldi's log mel filter bank: 80 bands, 25 ms every 10 ms, Hamming window, no dither.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "domain/fourier.hpp"

namespace skald::listen {

class Fbank {
 public:
  static constexpr std::size_t kBands = 80;
  static constexpr std::size_t kLength = 400;  // samples a frame
  static constexpr std::size_t kShift = 160;
  static constexpr int kTransform = 512;  // a frame and zeros

  Fbank();
  /// Frames that fit whole into so many samples.
  static constexpr std::size_t frames_in(std::size_t samples) {
    return samples < kLength ? 0 : (samples - kLength) / kShift + 1;
  }
  /// audio in [-1, 1]; out: [frames_in(audio.size()), kBands].
  void compute(std::span<const float> audio, std::span<float> out) const;

 private:
  /// Samples of `count` frames from `audio` on, ready for the transform.
  void prepare(const float* audio, std::size_t count, std::span<Fourier::Lanes> frames) const;

  struct Band {
    std::size_t first = 0;
    std::vector<float> weights;
  };
  std::array<float, kLength> window_;
  std::array<Band, kBands> bands_;
};

}  // namespace skald::listen
