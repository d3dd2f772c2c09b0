// Pictures with many channels, and convolutions over them.
#pragma once
#include <cstddef>
#include <vector>

#include "engines/listen/conv_kernels.hpp"

namespace skald::listen {

/// [height, width, channels] with a frame of zeros around it; room for whole tiles.
class FeatureMap {
 public:
  /// Of this size from now on. The frame is zero; the rest is what it was, or anything.
  void reset(int height, int width, int channels);
  int height() const { return height_; }
  int width() const { return width_; }
  int channels() const { return channels_; }
  /// From one row of pixels to the next.
  std::ptrdiff_t line() const { return line_; }
  /// The pixel there; -1 is in the frame.
  float* at(int y, int x) { return &numbers_[place(y, x)]; }
  const float* at(int y, int x) const { return &numbers_[place(y, x)]; }

 private:
  std::size_t place(int y, int x) const {
    return static_cast<std::size_t>((y + 1) * line_ + static_cast<std::ptrdiff_t>(x + 1) * channels_);
  }
  int height_ = 0, width_ = 0, channels_ = 0;
  std::ptrdiff_t line_ = 0;
  std::vector<float> numbers_;
};

/// A convolution as it stands in a model: 3 x 3 with a frame of zeros, or 1 x 1.
struct Convolution {
  int inputs = 0, outputs = 0;
  int kernel = 3;
  int stride = 1;
  std::vector<float> weights;  // [outputs, inputs, kernel, kernel]; the picture's rows, then its columns
  std::vector<float> bias;     // [outputs]
};

enum class Ramp { Off, On };  // max(0, x) at the end

/// Sums over neighbours as they are: for strides, few channels, and 1 x 1.
class DirectConvolution {
 public:
  explicit DirectConvolution(const Convolution& from);
  /// out is made anew.
  void apply(const ConvKernels& kernels, const FeatureMap& in, Ramp ramp, FeatureMap& out) const;

 private:
  int inputs_, outputs_, kernel_, stride_;
  std::vector<float> weights_;  // [panels, kernel, kernel x inputs, kPanel]
  std::vector<float> bias_;
};

/// 3 x 3 of stride 1 with a ramp at the end, by minimal filtering.
class TiledConvolution {
 public:
  struct Scratch {
    std::vector<float> factors, products;
  };
  explicit TiledConvolution(const Convolution& from);
  /// out: of the size of `in`. residual: null, or of that size; it may be `out`.
  void apply(const ConvKernels& kernels, const FeatureMap& in, const FeatureMap* residual, FeatureMap& out,
             Scratch& scratch) const;

 private:
  struct Chunk {
    int first, count;  // tiles
    std::ptrdiff_t factor_place, product_place;
  };
  void finish(const ConvKernels& kernels, const Chunk& chunk, int panel, const FeatureMap* residual,
              FeatureMap& out, const Scratch& scratch) const;

  int inputs_, outputs_;
  std::vector<float> weights_;  // [panels, kPlaces, inputs, kPanel]
  std::vector<float> bias_;
};

}  // namespace skald::listen
