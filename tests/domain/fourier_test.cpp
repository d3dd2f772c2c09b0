#include "domain/fourier.hpp"

#include <gtest/gtest.h>

#include <complex>
#include <numbers>
#include <random>

namespace skald {
namespace {

// 400 is Whisper's frame, 512 that of the speaker model; the others have each of the factors alone.
class FourierOf : public testing::TestWithParam<int> {};

TEST_P(FourierOf, EqualsTheSlowTransformInEveryLane) {
  const int size = GetParam();
  std::mt19937 dice(3);
  std::vector<Fourier::Lanes> in(size);
  for (Fourier::Lanes& lanes : in)
    for (float& x : lanes) x = static_cast<float>(dice() % 2001) / 1000.0F - 1;
  Fourier fourier(size);
  ASSERT_EQ(fourier.bins(), size / 2 + 1);
  std::vector<Fourier::Lanes> power(fourier.bins());
  for (int again = 0; again < 2; ++again) {  // nothing stays of the time before
    fourier.power(in, power);
    for (int k = 0; k < fourier.bins(); k += 3)
      for (int l = 0; l < Fourier::kLanes; l += 5) {
        std::complex<double> sum;
        for (int i = 0; i < size; ++i)
          sum += static_cast<double>(in[i][l]) * std::polar(1.0, -2 * std::numbers::pi * k * i / size);
        EXPECT_NEAR(static_cast<double>(power[k][l]), std::norm(sum), 1e-4 * std::norm(sum) + 1e-3)
            << "bin " << k << " of lane " << l;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FourierOf, testing::Values(4, 8, 10, 40, 400, 512));

}  // namespace
}  // namespace skald
