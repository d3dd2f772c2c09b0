// Each version of the decoder's arithmetic against plain sums in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "engines/whisper/kernels.hpp"

namespace skald::whisper {
namespace {

std::vector<float> drawn(std::size_t count, unsigned seed, float size = 1) {
  std::mt19937 draws(seed);
  std::vector<float> out(count);
  for (float& v : out) v = size * (static_cast<float>(draws()) / 2147483648.0F - 1);
  return out;
}

template <typename F>
void for_each_version(const F& check) {
  const KernelList list = all_kernels();
  for (int i = 0; i < list.count; ++i) {
    SCOPED_TRACE(list.versions[i]->name);
    check(*list.versions[i]);
  }
}

struct Layer {
  int inputs, outputs;
  std::vector<std::int8_t> rows, packed;
  std::vector<float> scales, bias;

  Layer(int in, int out, const Kernels& k)
      : inputs(in), outputs(out), rows(static_cast<std::size_t>(in * out)) {
    std::mt19937 draws(5);
    for (auto& w : rows) w = static_cast<std::int8_t>(static_cast<int>(draws() % 255) - 127);
    scales = drawn(static_cast<std::size_t>(out), 6, 0.01F);
    bias = drawn(static_cast<std::size_t>(out), 7);
    packed.resize(static_cast<std::size_t>(k.packed_size(in, out)));
    k.pack(rows.data(), in, out, packed.data());
  }
  LinearView view() const { return {packed.data(), scales.data(), bias.data(), inputs, outputs}; }
};

TEST(Kernels, LinearEqualsSums) {
  for_each_version([](const Kernels& k) {
    for (const int outputs : {1, 16, 37}) {
      const Layer layer(64, outputs, k);
      const auto x = drawn(11 * 64, 1);
      std::vector<float> y(static_cast<std::size_t>(11 * outputs));
      k.linear(layer.view(), x.data(), 11, y.data());
      for (int r = 0; r < 11; ++r)
        for (int n = 0; n < outputs; ++n) {
          double sum = 0;
          for (int i = 0; i < 64; ++i) sum += static_cast<double>(x[r * 64 + i]) * layer.rows[n * 64 + i];
          EXPECT_NEAR(y[r * outputs + n], sum * layer.scales[n] + layer.bias[n], 2e-3);
        }
    }
  });
}

TEST(Kernels, ARowDoesNotDependOnItsCompany) {
  for_each_version([](const Kernels& k) {
    const Layer layer(128, 70, k);
    const auto x = drawn(9 * 128, 2);
    std::vector<float> together(9 * 70), alone(70);
    k.linear(layer.view(), x.data(), 9, together.data());
    for (int r = 0; r < 9; ++r) {
      k.linear(layer.view(), x.data() + r * 128, 1, alone.data());
      for (int n = 0; n < 70; ++n) EXPECT_EQ(together[r * 70 + n], alone[n]);
    }
  });
}

TEST(Kernels, PackedRowsComeBack) {
  for_each_version([](const Kernels& k) {
    const Layer layer(32, 21, k);
    std::vector<float> row(32);
    for (int n = 0; n < 21; ++n) {
      k.unpack_row(layer.view(), n, row.data());
      for (int i = 0; i < 32; ++i) EXPECT_EQ(row[i], layer.rows[n * 32 + i]);
    }
  });
}

TEST(Kernels, CrossAttentionEqualsSums) {
  constexpr int size = 64, positions = 200, padded = 256;
  const auto keys = drawn(size * positions, 3), values = drawn(size * positions, 4), query = drawn(size, 5);
  std::vector<std::uint16_t> k16(size * padded), v16(size * positions);
  for (int p = 0; p < positions; ++p)
    for (int d = 0; d < size; ++d) {
      k16[(p / kPositionBlock * size + d) * kPositionBlock + p % kPositionBlock] =
          to_bf16(keys[p * size + d]);
      v16[p * size + d] = to_bf16(values[p * size + d]);
    }
  for_each_version([&](const Kernels& k) {
    std::vector<float> scores(padded), mixed(size);
    k.scores(k16.data(), padded, size, query.data(), scores.data());
    for (int p = 0; p < positions; ++p) {
      double dot = 0;
      for (int d = 0; d < size; ++d) dot += static_cast<double>(query[d]) * keys[p * size + d];
      EXPECT_NEAR(scores[p], dot, 0.03);
    }
    const auto weights = drawn(positions, 8);
    k.mix(v16.data(), positions, size, weights.data(), mixed.data());
    for (int d = 0; d < size; ++d) {
      double sum = 0;
      for (int p = 0; p < positions; ++p) sum += static_cast<double>(weights[p]) * values[p * size + d];
      EXPECT_NEAR(mixed[d], sum, 0.05);
    }
  });
}

TEST(Kernels, FunctionsEqualThoseOfTheLibrary) {
  for_each_version([](const Kernels& k) {
    auto x = drawn(1000, 9, 20);
    const float max = *std::max_element(x.begin(), x.end());
    double total = 0;
    for (const float v : x) total += std::exp(static_cast<double>(v) - max);
    EXPECT_NEAR(k.sum_exp(x.data(), 1000, max), total, 1e-5 * total);
    auto p = x;
    k.softmax(p.data(), 999);
    double sum = 0;
    for (int i = 0; i < 999; ++i) sum += p[i];
    EXPECT_NEAR(sum, 1, 1e-4);
    auto g = drawn(64, 10, 6);
    const auto before = g;
    k.gelu(g.data(), 64);
    for (int i = 0; i < 64; ++i) {
      const double v = before[i];
      EXPECT_NEAR(g[i], 0.5 * v * (1 + std::erf(v / std::sqrt(2.0))), 2e-6);
    }
    const auto gamma = drawn(48, 11), beta = drawn(48, 12), in = drawn(48, 13, 3);
    std::vector<float> out(48);
    k.norm(in.data(), gamma.data(), beta.data(), 48, out.data());
    double mean = 0, variance = 0;
    for (const float v : in) mean += v / 48;
    for (const float v : in) variance += (v - mean) * (v - mean) / 48;
    for (int i = 0; i < 48; ++i)
      EXPECT_NEAR(out[i], (in[i] - mean) / std::sqrt(variance + 1e-5) * gamma[i] + beta[i], 1e-5);
  });
}

TEST(Kernels, SelfAttentionIsAWeightedMean) {
  constexpr int size = 32, pitch = 96, count = 13;
  const auto memory = drawn(pitch * count, 14), query = drawn(size, 15);
  for_each_version([&](const Kernels& k) {
    std::vector<float> scratch(count), out(size);
    k.attend(query.data(), memory.data(), memory.data() + 40, pitch, count, size, scratch.data(), out.data());
    std::vector<double> weights;
    double total = 0;
    for (int p = 0; p < count; ++p) {
      double dot = 0;
      for (int d = 0; d < size; ++d) dot += static_cast<double>(query[d]) * memory[p * pitch + d];
      weights.push_back(std::exp(dot));
      total += weights.back();
    }
    for (int d = 0; d < size; ++d) {
      double sum = 0;
      for (int p = 0; p < count; ++p) sum += weights[p] / total * memory[p * pitch + 40 + d];
      EXPECT_NEAR(out[d], sum, 1e-5);
    }
  });
}

}  // namespace
}  // namespace skald::whisper
