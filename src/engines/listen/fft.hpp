// Fourier transform of 512 real numbers.
#pragma once
#include <array>
#include <complex>
#include <cstddef>
#include <span>

namespace skald::listen {

class Fft512 {
 public:
  static constexpr std::size_t kSize = 512;
  static constexpr std::size_t kHalf = kSize / 2;

  Fft512();
  /// Squared magnitudes of bins 0 to 255 of 512 samples.
  void power(std::span<const float, kSize> in, std::span<float, kHalf> out) const;

 private:
  std::array<std::complex<float>, kHalf> turn_;  // exp(-2 pi i k / 512)
  std::array<std::size_t, kHalf> reversed_;      // bit-reversed indices of 256 points
};

}  // namespace skald::listen
