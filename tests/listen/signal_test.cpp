// Features and pooling against other ways to the same numbers.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

#include "engines/listen/fbank.hpp"
#include "engines/listen/pooler.hpp"
#include "listen/table.hpp"

namespace skald::listen {
namespace {

// The values are kaldi_native_fbank's for the same samples (80 bands, Hamming, no dither).
TEST(Fbank, EqualsKaldi) {
  std::vector<float> audio(1600);
  std::uint64_t s = 12345;
  for (float& x : audio) {
    s = (s * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    x = static_cast<float>((static_cast<double>((s >> 16) % 2001) - 1000) / 4000);
  }
  ASSERT_EQ(Fbank::frames_in(audio.size()), 8U);
  std::vector<float> features(8 * Fbank::kBands);
  Fbank().compute(audio, features);
  constexpr std::array<std::size_t, 6> kBands{0, 1, 20, 40, 60, 79};
  const std::map<std::size_t, std::array<double, 6>> kaldi{
      {0, {13.2467, 14.88914, 19.07734, 20.55033, 24.28155, 25.27068}},
      {3, {13.48179, 14.20662, 19.09695, 23.48584, 24.70338, 25.19695}},
      {7, {13.39937, 12.70566, 18.58254, 21.04229, 23.99435, 25.12181}}};
  for (const auto& [frame, values] : kaldi) {
    for (std::size_t i = 0; i < kBands.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(features[frame * Fbank::kBands + kBands[i]]), values[i], 2e-3);
    }
  }
}

TEST(Fbank, SilenceIsFinite) {
  std::vector<float> features(Fbank::frames_in(800) * Fbank::kBands);
  Fbank().compute(std::vector<float>(800), features);
  for (const float x : features) EXPECT_TRUE(std::isfinite(x));
}

TEST(SpeakerMask, LeavesOverlapOutUnlessNothingElseIsLeft) {
  std::vector<std::uint8_t> frames(kFrames);
  for (std::size_t f = 0; f < 100; ++f) frames[f] = f < 40 ? 1 : 3;
  auto mask = speaker_mask(frames, 0);
  EXPECT_EQ(std::count(mask.begin(), mask.end(), true), 40);
  mask = speaker_mask(frames, 1);
  EXPECT_EQ(std::count(mask.begin(), mask.end(), true), 60) << "never alone: all of it";
  mask = speaker_mask(frames, 2);
  EXPECT_EQ(std::count(mask.begin(), mask.end(), true), 0);
}

TEST(Statistics, MeanAndUnbiasedDeviation) {
  Statistics statistics;
  for (const float value : {1.0F, 2.0F, 4.0F}) statistics.add(std::vector<float>(kChannels, value));
  std::vector<float> out(2 * kChannels);
  statistics.write(out);
  EXPECT_NEAR(static_cast<double>(out[0]), 7.0 / 3, 1e-6);
  EXPECT_NEAR(static_cast<double>(out[kChannels]), std::sqrt(7.0 / 3), 1e-5);
}

TEST(Pooler, WantsStretchesOfOneBlockWithoutLongPauses) {
  const Pooler pooler({{0, {120, 121, 130, 153}}, {1, {4, 5, 28, 52}}, {2, {5, 6, 7}}});
  using Bounds = std::vector<std::pair<std::size_t, std::size_t>>;
  Bounds bounds;
  for (const Stretch& stretch : pooler.stretches(24)) bounds.emplace_back(stretch.first, stretch.end);
  EXPECT_EQ(bounds, (Bounds{{4, 53}, {120, 122}, {130, 154}}));
}

TEST(Pooler, StretchesAcrossBlocksEqualThoseTakenAtOnce) {
  const std::filesystem::path models = std::filesystem::path(SKALD_MODELS_DIR) / "community-1";
  if (!std::filesystem::exists(models)) GTEST_SKIP() << "model not staged: community-1";
  auto head = Head::load(models);
  ASSERT_TRUE(head) << head.error().message;
  Dice dice(9);
  std::vector<float> frames(3 * kBlockFrames * kChannels);
  for (float& x : frames) x = static_cast<float>(dice.share());
  std::vector<Wanted> wanted(4);
  const auto range = [](std::size_t first, std::size_t end) {
    std::vector<std::size_t> all;
    for (; first < end; ++first) all.push_back(first);
    return all;
  };
  wanted[0] = {0, range(0, 40)};
  wanted[1] = {1, range(100, 300)};
  wanted[2] = {2, range(120, 130)};
  wanted[3] = {3, {7, 250, 374}};
  Pooler pooler(wanted);
  std::map<std::size_t, std::vector<float>> found;
  for (const Stretch& stretch : pooler.stretches(24)) {
    pooler.add(
        stretch,
        std::span(frames).subspan(stretch.first * kChannels, (stretch.end - stretch.first) * kChannels),
        *head, [&](std::size_t id, std::span<const float> e) { found[id].assign(e.begin(), e.end()); });
  }
  ASSERT_EQ(found.size(), wanted.size());
  for (const Wanted& w : wanted) {
    Statistics statistics;
    for (const std::size_t f : w.frames) statistics.add(std::span(frames).subspan(f * kChannels, kChannels));
    std::vector<float> at_once(2 * kChannels);
    statistics.write(at_once);
    EXPECT_EQ(found[w.id], head->apply(at_once));
  }
}

}  // namespace
}  // namespace skald::listen
