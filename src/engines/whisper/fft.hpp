// Fourier transform of 400 real numbers, for several frames side by side: lane l of every array belongs to
// frame l.
#pragma once
#include <array>
#include <cstddef>
#include <vector>

namespace skald::whisper {

class Fft400 {
 public:
  static constexpr int kLanes = 16;
  static constexpr int kSize = 400;
  static constexpr int kBins = kSize / 2 + 1;
  using Lanes = std::array<float, kLanes>;

  Fft400();
  /// in: 400 samples a lane. power: 201 squared magnitudes a lane.
  void power(const std::vector<Lanes>& in, std::vector<Lanes>& power);

 private:
  struct Complex {
    Lanes re;
    Lanes im;
  };
  struct Factor {
    float re;
    float im;
  };
  template <int Radix>
  void stage(int length, int stride, const std::vector<Complex>& from, std::vector<Complex>& to) const;

  std::vector<Factor> turn200_;  // exp(-2 pi i k / 200)
  std::vector<Factor> turn400_;  // exp(-2 pi i k / 400), half a turn
  std::vector<Complex> a_, b_;
};

}  // namespace skald::whisper
