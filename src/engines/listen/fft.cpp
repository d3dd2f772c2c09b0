#include "engines/listen/fft.hpp"

#include <cmath>
#include <numbers>

namespace skald::listen {

namespace {

using Complex = std::complex<float>;

/// Without the treatment of infinities that the library's product has.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

Fft512::Fft512() : turn_{}, reversed_{} {
  for (std::size_t k = 0; k < kHalf; ++k) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(kSize);
    turn_[k] = Complex(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
    std::size_t r = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) r |= (k >> bit & 1) << (7 - bit);
    reversed_[k] = r;
  }
}

void Fft512::power(std::span<const float, kSize> in, std::span<float, kHalf> out) const {
  // The even samples are the real and the odd ones the imaginary part of a transform of half the length.
  std::array<Complex, kHalf> z;
  for (std::size_t k = 0; k < kHalf; ++k) z[reversed_[k]] = Complex(in[2 * k], in[2 * k + 1]);
  for (std::size_t half = 1; half < kHalf; half *= 2) {
    const std::size_t step = kSize / (2 * half);
    for (std::size_t base = 0; base < kHalf; base += 2 * half) {
      for (std::size_t j = 0; j < half; ++j) {
        const Complex a = z[base + j];
        const Complex b = times(z[base + j + half], turn_[j * step]);
        z[base + j] = a + b;
        z[base + j + half] = a - b;
      }
    }
  }
  out[0] = (z[0].real() + z[0].imag()) * (z[0].real() + z[0].imag());
  for (std::size_t k = 1; k < kHalf; ++k) {
    const Complex a = z[k];
    const Complex b = std::conj(z[kHalf - k]);
    const Complex even = 0.5F * (a + b);
    const Complex difference = 0.5F * (a - b);
    const Complex odd(difference.imag(), -difference.real());
    out[k] = std::norm(even + times(odd, turn_[k]));
  }
}

}  // namespace skald::listen
