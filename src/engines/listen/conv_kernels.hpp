// The arithmetic of convolutions, in one version per instruction set of the processor.
#pragma once
#include <cstddef>

namespace skald::listen {

/// Output channels that are computed together; channels come in multiples of it.
inline constexpr int kPanel = 32;
/// Rows of a product come in multiples of this.
inline constexpr int kRowBlock = 10;
/// Tiles of 4 x 4 outputs see 6 x 6 inputs, and become as many products.
inline constexpr int kTile = 4;
inline constexpr int kTileInputs = 6;
inline constexpr int kPlaces = kTileInputs * kTileInputs;

/// Rows of numbers that lie in `segments` stretches each.
struct Rows {
  const float* first;
  std::ptrdiff_t pitch;          // from one row to the next
  int segments;                  // stretches of a row
  std::ptrdiff_t segment_pitch;  // from one stretch to the next
  int depth;                     // numbers in a stretch
};

/// Where the results of a tile go: rows of pixels, one channel after another.
struct TileTarget {
  float* out;             // [height, width, channels]
  const float* residual;  // added before the ramp, lies as `out` does; may be `out`, may be null
  const float* bias;      // [kPanel]
  std::ptrdiff_t line;    // from one row of pixels to the next
  std::ptrdiff_t pixel;   // from one pixel to the next
  int height, width;      // of the tile, where the picture ends before it does
};

/// Minimal filtering F(4x4, 3x3) (Winograd 1980; Lavin & Gray 2016): 36 products instead of 144 for 16
/// outputs.
struct ConvKernels {
  const char* name;
  /// out[r] = sum over segments and depth of rows[r] x weights [segments x depth x kPanel]; count: a multiple
  /// of kRowBlock.
  void (*product)(const Rows& rows, int count, const float* weights, float* out, std::ptrdiff_t out_pitch);
  /// A tile's inputs [6, 6, channels], `line` apart, to the factors of its products, `place` apart.
  void (*to_factors)(const float* pixels, std::ptrdiff_t line, int channels, float* factors,
                     std::ptrdiff_t place);
  /// A tile's products, `place` apart, to kPanel channels of its outputs: max(0, sum + bias + residual).
  void (*from_products)(const float* products, std::ptrdiff_t place, const TileTarget& target);
};

/// The fastest version that this processor runs.
const ConvKernels& conv_kernels();
/// Every version that this processor runs, the plain one first.
struct ConvKernelList {
  const ConvKernels* versions[3];
  int count;
};
ConvKernelList all_conv_kernels();

}  // namespace skald::listen
