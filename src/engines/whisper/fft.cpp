#include "engines/whisper/fft.hpp"

#include <cmath>
#include <numbers>

namespace skald::whisper {
namespace {
constexpr int kHalf = Fft400::kSize / 2;
}

Fft400::Fft400() : turn200_(kHalf), turn400_(kHalf), a_(kHalf), b_(kHalf) {
  const auto unit = [](int k, int n) {
    const double angle = -2 * std::numbers::pi * k / n;
    return Factor{static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  };
  for (int k = 0; k < kHalf; ++k) {
    turn200_[k] = unit(k, kHalf);
    turn400_[k] = unit(k, kSize);
  }
}

// One step of a Stockham transform (decimation in frequency): `length` points in `stride` interleaved series
// become length / Radix points in stride * Radix series, already in order.
template <int Radix>
void Fft400::stage(int length, int stride, const std::vector<Complex>& from, std::vector<Complex>& to) const {
  const int part = length / Radix;
  const int step = kHalf / length;
  for (int p = 0; p < part; ++p) {
    for (int q = 0; q < stride; ++q) {
      for (int k = 0; k < Radix; ++k) {
        Lanes re{}, im{};
        for (int j = 0; j < Radix; ++j) {
          const Complex& x = from[q + stride * (p + part * j)];
          const Factor w = turn200_[(kHalf / Radix * j * k + step * p * k) % kHalf];
          for (int l = 0; l < kLanes; ++l) {
            re[l] += x.re[l] * w.re - x.im[l] * w.im;
            im[l] += x.re[l] * w.im + x.im[l] * w.re;
          }
        }
        Complex& y = to[q + stride * (Radix * p + k)];
        y.re = re;
        y.im = im;
      }
    }
  }
}

void Fft400::power(const std::vector<Lanes>& in, std::vector<Lanes>& power) {
  for (std::size_t i = 0; i < kHalf; ++i) {  // even samples are the real part, odd ones the imaginary part
    a_[i].re = in[2 * i];
    a_[i].im = in[2 * i + 1];
  }
  stage<5>(200, 1, a_, b_);
  stage<5>(40, 5, b_, a_);
  stage<4>(8, 25, a_, b_);
  stage<2>(2, 100, b_, a_);
  power.resize(kBins);
  for (int k = 0; k <= kHalf; ++k) {
    const Complex& z = a_[k % kHalf];
    const Complex& m = a_[(kHalf - k) % kHalf];
    const Factor w = k < kHalf ? turn400_[k] : Factor{-1, 0};
    for (int l = 0; l < kLanes; ++l) {
      const float even_re = (z.re[l] + m.re[l]) / 2, even_im = (z.im[l] - m.im[l]) / 2;
      const float odd_re = (z.im[l] + m.im[l]) / 2, odd_im = (m.re[l] - z.re[l]) / 2;
      const float re = even_re + odd_re * w.re - odd_im * w.im;
      const float im = even_im + odd_re * w.im + odd_im * w.re;
      power[k][l] = re * re + im * im;
    }
  }
}

}  // namespace skald::whisper
