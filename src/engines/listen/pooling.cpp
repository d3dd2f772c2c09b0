#include "engines/listen/pooling.hpp"

#include <algorithm>
#include <cmath>

#include "engines/listen/arrays.hpp"
#include "engines/listen/conv_kernels.hpp"

namespace skald::listen {

std::vector<bool> speaker_mask(std::span<const std::uint8_t> frames, std::size_t speaker) {
  const auto alone = static_cast<std::uint8_t>(1U << speaker);
  const auto clean = std::count(frames.begin(), frames.end(), alone);
  std::vector<bool> mask(frames.size());
  for (std::size_t f = 0; f < frames.size(); ++f) {
    mask[f] = clean > 2 ? frames[f] == alone : (frames[f] & alone) != 0;
  }
  return mask;
}

void Statistics::add(std::span<const float> frame) {
  ++count_;
  for (std::size_t c = 0; c < kChannels; ++c) {
    sum_[c] += frame[c];
    square_[c] += frame[c] * frame[c];
  }
}

void Statistics::write(std::span<float> out) const {
  const double n = static_cast<double>(count_);
  for (std::size_t c = 0; c < kChannels; ++c) {
    const double mean = sum_[c] / n;
    const double spread = std::max(0.0, square_[c] - n * mean * mean);
    out[c] = static_cast<float>(mean);
    out[kChannels + c] = static_cast<float>(std::sqrt(spread / (n - 1 + 1e-8)));
  }
}

Result<Head> Head::load(const std::filesystem::path& models) {
  constexpr std::size_t kIn = 2 * kChannels;
  const auto stored = TRY((read_array<float, float>(models / "emb_head_weight.bin", kDimension * kIn)));
  Head head;
  head.bias_ = TRY((read_array<float, float>(models / "emb_head_bias.bin", kDimension)));
  head.weight_.resize(stored.size());
  for (std::size_t o = 0; o < kDimension; ++o) {
    float* panel = &head.weight_[o / kPanel * kIn * kPanel + o % kPanel];
    for (std::size_t i = 0; i < kIn; ++i) panel[i * kPanel] = stored[o * kIn + i];
  }
  return head;
}

std::vector<float> Head::apply(std::span<const float> statistics) const {
  constexpr std::size_t kIn = 2 * kChannels;
  const std::size_t n = statistics.size() / kIn;
  const std::size_t rows = (n + kRowBlock - 1) / kRowBlock * kRowBlock;
  std::vector<float> in(statistics.begin(), statistics.end());
  in.resize(rows * kIn);
  std::vector<float> out(rows * kDimension);
  for (std::size_t o = 0; o < kDimension; o += kPanel) {
    conv_kernels().product({in.data(), kIn, 1, 0, kIn}, static_cast<int>(rows), &weight_[o * kIn], &out[o],
                           kDimension);
  }
  out.resize(n * kDimension);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += bias_[i % kDimension];
  return out;
}

}  // namespace skald::listen
