#include "domain/fourier.hpp"

#include <cmath>
#include <numbers>

namespace skald {

Fourier::Fourier(int size) : half_(size / 2), turn_(half_), half_turn_(half_), a_(half_), b_(half_) {
  const auto unit = [](int k, int n) {
    const double angle = -2 * std::numbers::pi * k / n;
    return Factor{static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  };
  for (int k = 0; k < half_; ++k) {
    turn_[k] = unit(k, half_);
    half_turn_[k] = unit(k, size);
  }
}

// One step of a Stockham transform (decimation in frequency): `length` points in `stride` interleaved series
// become length / Radix points in stride * Radix series, already in order.
template <int Radix>
void Fourier::stage(int length, int stride) {
  const int part = length / Radix;
  const int step = half_ / length;
  for (int p = 0; p < part; ++p) {
    for (int q = 0; q < stride; ++q) {
      for (int k = 0; k < Radix; ++k) {
        Lanes re{}, im{};
        int turn = step * p * k;
        for (int j = 0; j < Radix; ++j) {
          const Complex& x = a_[q + stride * (p + part * j)];
          const Factor w = turn_[turn];
          turn += half_ / Radix * k;
          if (turn >= half_) turn -= half_;
          for (int l = 0; l < kLanes; ++l) {
            re[l] += x.re[l] * w.re - x.im[l] * w.im;
            im[l] += x.re[l] * w.im + x.im[l] * w.re;
          }
        }
        Complex& y = b_[q + stride * (Radix * p + k)];
        y.re = re;
        y.im = im;
      }
    }
  }
  a_.swap(b_);
}

void Fourier::power(std::span<const Lanes> in, std::span<Lanes> power) {
  for (std::size_t i = 0; i < a_.size();
       ++i) {  // even samples are the real part, odd ones the imaginary part
    a_[i].re = in[2 * i];
    a_[i].im = in[2 * i + 1];
  }
  for (int length = half_, stride = 1; length > 1; stride = half_ / length) {
    if (length % 5 == 0) {
      stage<5>(length, stride);
      length /= 5;
    } else if (length % 4 == 0) {
      stage<4>(length, stride);
      length /= 4;
    } else {
      stage<2>(length, stride);
      length /= 2;
    }
  }
  for (int k = 0; k <= half_; ++k) {
    const Complex& z = a_[k % half_];
    const Complex& m = a_[(half_ - k) % half_];
    const Factor w = k < half_ ? half_turn_[k] : Factor{-1, 0};
    for (int l = 0; l < kLanes; ++l) {
      const float even_re = (z.re[l] + m.re[l]) / 2, even_im = (z.im[l] - m.im[l]) / 2;
      const float odd_re = (z.im[l] + m.im[l]) / 2, odd_im = (m.re[l] - z.re[l]) / 2;
      const float re = even_re + odd_re * w.re - odd_im * w.im;
      const float im = even_im + odd_re * w.im + odd_im * w.re;
      power[k][l] = re * re + im * im;
    }
  }
}

}  // namespace skald
