// Log-mel features against those of faster-whisper 1.2.1.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "engines/whisper/mel.hpp"

namespace skald::whisper {
namespace {

// A rising tone in noise, as the other side was given it.
std::vector<float> rising_tone() {
  std::vector<float> out(32077);
  std::uint32_t draw = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    draw = draw * 1664525U + 1013904223U;
    const double t = static_cast<double>(i) / 16000, noise = draw / 4294967296.0 - 0.5;
    out[i] = static_cast<float>(0.4 * std::sin(2 * std::numbers::pi * (100 * t + 900 * t * t)) + 0.1 * noise);
  }
  return out;
}

TEST(LogMel, EqualsFasterWhisper) {
  const struct {
    int bands, band, frame;
    float value;
  } known[] = {
      {80, 0, 0, 1.32973F},     {80, 3, 10, 0.27645F},    {80, 10, 50, 0.39309F},    {80, 20, 100, 0.29444F},
      {80, 40, 150, 0.36171F},  {80, 43, 199, 0.41034F},  {80, 79, 120, 0.35175F},   {80, 60, 60, 0.25215F},
      {128, 0, 0, 1.25397F},    {128, 3, 10, -0.01576F},  {128, 10, 50, 0.00260F},   {128, 20, 100, 0.01016F},
      {128, 40, 150, 0.55668F}, {128, 67, 199, 0.38435F}, {128, 127, 120, 0.36319F}, {128, 108, 60, 0.41747F},
  };
  const auto audio = rising_tone();
  EXPECT_EQ(LogMel::frames(audio.size()), 200);
  for (const int bands : {80, 128}) {
    const LogMel mel(bands);
    std::vector<float> out(static_cast<std::size_t>(bands) * kWindowFrames, 9);
    mel.compute(audio, out);
    for (const auto& k : known)
      if (k.bands == bands) {
        EXPECT_NEAR(out[static_cast<std::size_t>(k.band * kWindowFrames + k.frame)], k.value, 2e-4);
      }
    for (int b = 0; b < bands; ++b) EXPECT_EQ(out[static_cast<std::size_t>(b * kWindowFrames + 200)], 0);
  }
}

TEST(LogMel, ThirtySecondsFillTheWindow) {
  const LogMel mel(80);
  std::vector<float> out(80 * kWindowFrames), audio(30 * 16000, 0.01F);
  mel.compute(audio, out);
  EXPECT_EQ(LogMel::frames(audio.size()), kWindowFrames);
  for (const float v : out) EXPECT_TRUE(std::isfinite(v));
  mel.compute(std::span<const float>(audio).first(0), out);
  for (const float v : out) EXPECT_EQ(v, 0);
}

}  // namespace
}  // namespace skald::whisper
