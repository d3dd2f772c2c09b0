// Fourier transform of real numbers, for several frames side by side: lane l of every array belongs to frame
// l.
#pragma once
#include <array>
#include <span>
#include <vector>

namespace skald {

class Fourier {
 public:
  static constexpr int kLanes = 16;
  using Lanes = std::array<float, kLanes>;

  /// `size`: twice a product of 5, 4 and 2.
  explicit Fourier(int size);
  int bins() const { return half_ + 1; }
  /// in: `size` samples a lane. power: `bins` squared magnitudes a lane.
  void power(std::span<const Lanes> in, std::span<Lanes> power);

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
  void stage(int length, int stride);

  int half_;
  std::vector<Factor> turn_;       // exp(-2 pi i k / half)
  std::vector<Factor> half_turn_;  // exp(-2 pi i k / size), half a turn
  std::vector<Complex> a_, b_;
};

}  // namespace skald
