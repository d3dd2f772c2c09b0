#include "engines/listen/feature_map.hpp"

#include <algorithm>

namespace skald::listen {

namespace {

constexpr int round_up(int n, int step) {
  return (n + step - 1) / step * step;
}

/// G g G' of the filtering with the points 0, 1, -1, 2, -2.
constexpr double kFilter[kTileInputs][3] = {{1.0 / 4, 0, 0},
                                            {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                            {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                            {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                            {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                            {0, 0, 1}};

float filtered(const float* kernel, int row, int column) {
  double sum = 0;
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 3; ++x)
      sum += kFilter[row][y] * static_cast<double>(kernel[y * 3 + x]) * kFilter[column][x];
  return static_cast<float>(sum);
}

/// Tiles that are computed together: their factors and products stay in the fast caches.
int tiles_together(int inputs) {
  return inputs <= kPanel ? 4 * kRowBlock : 2 * kRowBlock;
}

/// Lines of the cache with addresses that are a power of two apart push one another out.
constexpr std::ptrdiff_t kApart = 16;

}  // namespace

void FeatureMap::reset(int height, int width, int channels) {
  height_ = height;
  width_ = width;
  channels_ = channels;
  const int columns = round_up(width, kTile) + 2;
  const int lines = round_up(height, kTile) + 2;
  line_ = static_cast<std::ptrdiff_t>(columns) * channels;
  const auto size = static_cast<std::size_t>(line_ * lines);
  if (numbers_.size() < size) numbers_.resize(size);
  std::fill(numbers_.data(), at(0, -1), 0.0F);
  for (int y = 0; y < height; ++y) {
    std::fill_n(at(y, -1), channels, 0.0F);
    std::fill(at(y, width), at(y + 1, -1), 0.0F);
  }
  std::fill(at(height, -1), numbers_.data() + size, 0.0F);
}

DirectConvolution::DirectConvolution(const Convolution& from)
    : inputs_(from.inputs),
      outputs_(from.outputs),
      kernel_(from.kernel),
      stride_(from.stride),
      weights_(from.weights.size()),
      bias_(from.bias) {
  const int taps = kernel_ * kernel_;
  float* to = weights_.data();
  for (int panel = 0; panel < outputs_; panel += kPanel)
    for (int tap = 0; tap < taps; ++tap)
      for (int i = 0; i < inputs_; ++i)
        for (int o = panel; o < panel + kPanel; ++o) {
          const int at = (o * inputs_ + i) * taps + tap;
          *to++ = from.weights[static_cast<std::size_t>(at)];
        }
}

void DirectConvolution::apply(const ConvKernels& kernels, const FeatureMap& in, Ramp ramp,
                              FeatureMap& out) const {
  out.reset((in.height() - 1) / stride_ + 1, (in.width() - 1) / stride_ + 1, outputs_);
  const int reach = kernel_ / 2;
  const int depth = kernel_ * inputs_;
  for (int y = 0; y < out.height(); ++y) {
    const Rows rows{in.at(y * stride_ - reach, -reach), static_cast<std::ptrdiff_t>(stride_) * inputs_,
                    kernel_, in.line(), depth};
    for (int panel = 0; panel < outputs_; panel += kPanel) {
      const int at = panel * kernel_ * depth;
      kernels.product(rows, out.width(), &weights_[static_cast<std::size_t>(at)], out.at(y, 0) + panel,
                      outputs_);
    }
    for (int x = 0; x < out.width(); ++x) {
      float* pixel = out.at(y, x);
      for (int o = 0; o < outputs_; ++o) {
        const float sum = pixel[o] + bias_[static_cast<std::size_t>(o)];
        pixel[o] = ramp == Ramp::On ? std::max(sum, 0.0F) : sum;
      }
    }
  }
}

TiledConvolution::TiledConvolution(const Convolution& from)
    : inputs_(from.inputs),
      outputs_(from.outputs),
      weights_(static_cast<std::size_t>(from.inputs * from.outputs * kPlaces)),
      bias_(from.bias) {
  float* to = weights_.data();
  for (int panel = 0; panel < outputs_; panel += kPanel)
    for (int place = 0; place < kPlaces; ++place)
      for (int i = 0; i < inputs_; ++i)
        for (int o = panel; o < panel + kPanel; ++o)
          *to++ = filtered(&from.weights[static_cast<std::size_t>(o * inputs_ + i) * 9], place / kTileInputs,
                           place % kTileInputs);
}

void TiledConvolution::apply(const ConvKernels& kernels, const FeatureMap& in, const FeatureMap* residual,
                             FeatureMap& out, Scratch& scratch) const {
  const int across = round_up(in.width(), kTile) / kTile;
  const int tiles = across * (round_up(in.height(), kTile) / kTile);
  const int together = tiles_together(inputs_);
  Chunk chunk{0, 0, static_cast<std::ptrdiff_t>(together) * inputs_ + kApart,
              static_cast<std::ptrdiff_t>(together) * kPanel + kApart};
  scratch.factors.resize(static_cast<std::size_t>(kPlaces * chunk.factor_place));
  scratch.products.resize(static_cast<std::size_t>(kPlaces * chunk.product_place));
  for (; chunk.first < tiles; chunk.first += together) {
    chunk.count = std::min(together, tiles - chunk.first);
    for (int t = 0; t < chunk.count; ++t) {
      const int y = (chunk.first + t) / across * kTile;
      const int x = (chunk.first + t) % across * kTile;
      const int at = t * inputs_;
      kernels.to_factors(in.at(y - 1, x - 1), in.line(), inputs_,
                         &scratch.factors[static_cast<std::size_t>(at)], chunk.factor_place);
    }
    for (int panel = 0; panel < outputs_; panel += kPanel) {
      const int at = panel * kPlaces * inputs_;
      const float* weights = &weights_[static_cast<std::size_t>(at)];
      for (int place = 0; place < kPlaces; ++place) {
        const Rows rows{&scratch.factors[static_cast<std::size_t>(place * chunk.factor_place)], inputs_, 1, 0,
                        inputs_};
        kernels.product(rows, round_up(chunk.count, kRowBlock), weights,
                        &scratch.products[static_cast<std::size_t>(place * chunk.product_place)], kPanel);
        weights += static_cast<std::ptrdiff_t>(inputs_) * kPanel;
      }
      finish(kernels, chunk, panel, residual, out, scratch);
    }
  }
}

void TiledConvolution::finish(const ConvKernels& kernels, const Chunk& chunk, int panel,
                              const FeatureMap* residual, FeatureMap& out, const Scratch& scratch) const {
  const int across = round_up(out.width(), kTile) / kTile;
  for (int t = 0; t < chunk.count; ++t) {
    const int y = (chunk.first + t) / across * kTile;
    const int x = (chunk.first + t) % across * kTile;
    const TileTarget target{out.at(y, x) + panel,
                            residual ? residual->at(y, x) + panel : nullptr,
                            &bias_[static_cast<std::size_t>(panel)],
                            out.line(),
                            outputs_,
                            std::min(kTile, out.height() - y),
                            std::min(kTile, out.width() - x)};
    const int at = t * kPanel;
    kernels.from_products(&scratch.products[static_cast<std::size_t>(at)], chunk.product_place, target);
  }
}

}  // namespace skald::listen
