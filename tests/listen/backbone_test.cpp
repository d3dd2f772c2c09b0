// Convolutions and the backbone against plain sums and against OpenVINO.
#include "engines/listen/backbone.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include "engines/listen/network.hpp"
#include "engines/listen/pooling.hpp"
#include "listen/table.hpp"
#include "support/shared.hpp"

namespace skald::listen {
namespace {

std::vector<float> drawn(Dice& dice, std::size_t count, double size) {
  std::vector<float> out(count);
  for (float& x : out) x = static_cast<float>(size * dice.normal());
  return out;
}

FeatureMap drawn_map(Dice& dice, int height, int width, int channels) {
  FeatureMap map;
  map.reset(height, width, channels);
  for (int y = 0; y < height; ++y) {
    const auto line = drawn(dice, static_cast<std::size_t>(width * channels), 1);
    std::copy(line.begin(), line.end(), map.at(y, 0));
  }
  return map;
}

Convolution drawn_convolution(Dice& dice, int inputs, int outputs, int kernel, int stride) {
  const int weights = inputs * outputs * kernel * kernel;
  const double size = 1 / std::sqrt(inputs * kernel * kernel);
  return {inputs,
          outputs,
          kernel,
          stride,
          drawn(dice, static_cast<std::size_t>(weights), size),
          drawn(dice, static_cast<std::size_t>(outputs), 0.1)};
}

double plain_sum(const Convolution& c, const FeatureMap& in, int y, int x, int o) {
  double sum = static_cast<double>(c.bias[static_cast<std::size_t>(o)]);
  const int reach = c.kernel / 2;
  for (int i = 0; i < c.inputs; ++i) {
    for (int dy = 0; dy < c.kernel; ++dy) {
      for (int dx = 0; dx < c.kernel; ++dx) {
        const int row = y * c.stride + dy - reach;
        const int column = x * c.stride + dx - reach;
        if (row < 0 || row >= in.height() || column < 0 || column >= in.width()) continue;
        const auto place = static_cast<std::size_t>(((o * c.inputs + i) * c.kernel + dy) * c.kernel + dx);
        sum += static_cast<double>(c.weights[place]) * static_cast<double>(in.at(row, column)[i]);
      }
    }
  }
  return sum;
}

template <typename Check>
void for_each_version(const Check& check) {
  const ConvKernelList list = all_conv_kernels();
  for (int i = 0; i < list.count; ++i) {
    SCOPED_TRACE(list.versions[i]->name);
    check(*list.versions[i]);
  }
}

TEST(TiledConvolution, EqualsPlainSums) {
  for_each_version([](const ConvKernels& kernels) {
    for (const int width : {20, 10}) {
      Dice dice(7);
      const auto in = drawn_map(dice, 23, width, 64);
      const auto residual = drawn_map(dice, 23, width, 32);
      const auto convolution = drawn_convolution(dice, 64, 32, 3, 1);
      TiledConvolution::Scratch scratch;
      FeatureMap out;
      out.reset(23, width, 32);
      const TiledConvolution tiled(convolution);
      tiled.apply(kernels, in, nullptr, out, scratch);
      FeatureMap sum = residual;
      tiled.apply(kernels, in, &sum, sum, scratch);
      for (int y = 0; y < 23; ++y) {
        for (int x = 0; x < width; ++x) {
          const double plain = plain_sum(convolution, in, y, x, 5);
          const double added = plain + static_cast<double>(residual.at(y, x)[5]);
          ASSERT_NEAR(static_cast<double>(out.at(y, x)[5]), std::max(plain, 0.0), 2e-5) << y << ", " << x;
          ASSERT_NEAR(static_cast<double>(sum.at(y, x)[5]), std::max(added, 0.0), 2e-5) << y << ", " << x;
        }
      }
    }
  });
}

TEST(DirectConvolution, EqualsPlainSums) {
  for_each_version([](const ConvKernels& kernels) {
    Dice dice(9);
    const auto in = drawn_map(dice, 17, 40, 32);
    for (const int kernel : {3, 1}) {
      const auto convolution = drawn_convolution(dice, 32, 64, kernel, 2);
      FeatureMap out, ramp;
      DirectConvolution(convolution).apply(kernels, in, Ramp::Off, out);
      DirectConvolution(convolution).apply(kernels, in, Ramp::On, ramp);
      ASSERT_EQ(out.height(), 9);
      ASSERT_EQ(out.width(), 20);
      for (int y = 0; y < out.height(); ++y) {
        for (int x = 0; x < out.width(); ++x) {
          const double plain = plain_sum(convolution, in, y, x, 40);
          ASSERT_NEAR(static_cast<double>(out.at(y, x)[40]), plain, 1e-5) << y << ", " << x;
          ASSERT_NEAR(static_cast<double>(ramp.at(y, x)[40]), std::max(plain, 0.0), 1e-5) << y << ", " << x;
        }
      }
    }
  });
}

TEST(FeatureMap, HasAFrameOfZerosWhateverItHeldBefore) {
  Dice dice(3);
  FeatureMap map = drawn_map(dice, 40, 30, 8);
  map.reset(9, 10, 32);
  for (int y = -1; y <= 9; ++y) {
    for (int x = -1; x <= 10; ++x) {
      if (y >= 0 && y < 9 && x >= 0 && x < 10) continue;
      for (int c = 0; c < 32; ++c) ASSERT_EQ(map.at(y, x)[c], 0.0F) << y << ", " << x;
    }
  }
}

TEST(Backbone, EqualsOpenVino) {
  SKALD_NEED_MODEL(models, "community-1");
  constexpr std::size_t kFeatures = 264;
  constexpr std::size_t kFrames = kFeatures / Backbone::kStep;
  NetworkOptions options;
  options.model = models / "emb_backbone.onnx";
  options.input = {1, kFeatures, Backbone::kBands};
  options.output_items = kChannels * kFrames;
  options.threads = 1;
  auto network = Network::load(options);
  ASSERT_TRUE(network) << network.error().message;
  Dice dice(5);
  const auto features = drawn(dice, kFeatures * Backbone::kBands, 2);
  std::vector<float> expected;
  ASSERT_TRUE(network->run(
      1,
      [&](std::size_t, std::span<float> input) {
        std::copy(features.begin(), features.end(), input.begin());
      },
      [&](std::size_t, std::span<const float> output) { expected.assign(output.begin(), output.end()); },
      [] { return false; }));
  const auto net = read_resnet(options.model);
  ASSERT_TRUE(net) << net.error().message;
  const float most = *std::max_element(expected.begin(), expected.end());
  for_each_version([&](const ConvKernels& kernels) {
    Backbone::Scratch scratch;
    const Backbone backbone(*net, kernels);
    const auto frames = backbone.run(features, scratch);
    ASSERT_EQ(frames.size(), expected.size());
    for (std::size_t t = 0; t < kFrames; ++t) {
      for (std::size_t c = 0; c < kChannels; ++c)
        ASSERT_NEAR(frames[t * kChannels + c], expected[c * kFrames + t], 1e-4F * most) << t << ", " << c;
    }
    // What memory held before makes no difference.
    EXPECT_EQ(backbone.run(std::span(features).first(80 * Backbone::kBands), scratch),
              Backbone(*net, kernels).run(std::span(features).first(80 * Backbone::kBands), scratch));
    EXPECT_EQ(backbone.run(features, scratch), frames);
  });
}

TEST(Backbone, NamesAFileThatIsNoSuchNetwork) {
  SKALD_NEED_MODEL(models, "community-1");
  const auto other = Backbone::load(models / "segmentation.onnx");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::InvalidModel);
  EXPECT_NE(other.error().message.find("segmentation.onnx"), std::string::npos);
  const auto missing = Backbone::load(models / "nothing.onnx");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidModel);
}

}  // namespace
}  // namespace skald::listen
