// Body of the kernels; each conv_kernels_*.cpp includes it once, compiled for its instruction set, with
// SKALD_KERNELS naming the version. No functions of other headers are called here: compiled for a newer
// processor, one of them could be the copy that the linker keeps for the whole program.
#include "engines/listen/conv_kernels.hpp"

namespace skald::listen {
namespace {

// As many sums as registers hold: kRows rows of a panel.
#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kRows = 10;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr int kRows = 2;
#else
constexpr int kLanes = 4;
constexpr int kRows = 1;
#endif
constexpr int kParts = kPanel / kLanes;
static_assert(kRowBlock % kRows == 0);
using Floats = float __attribute__((vector_size(4 * kLanes)));

inline Floats load(const float* from) {
  Floats v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, const Floats& v) {
  __builtin_memcpy(to, &v, sizeof v);
}

void product_rows(const Rows& rows, const float* first, const float* weights, float* out,
                  std::ptrdiff_t out_pitch) {
  Floats sums[kRows][kParts] = {};
  for (int s = 0; s < rows.segments; ++s, first += rows.segment_pitch) {
    for (int k = 0; k < rows.depth; ++k, weights += kPanel) {
      Floats w[kParts];
      for (std::ptrdiff_t p = 0; p < kParts; ++p) w[p] = load(weights + p * kLanes);
      for (int r = 0; r < kRows; ++r) {
        const float x = first[r * rows.pitch + k];
        for (int p = 0; p < kParts; ++p) sums[r][p] += w[p] * x;
      }
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (std::ptrdiff_t p = 0; p < kParts; ++p) store(out + r * out_pitch + p * kLanes, sums[r][p]);
}

void product(const Rows& rows, int count, const float* weights, float* out, std::ptrdiff_t out_pitch) {
  for (int r = 0; r < count; r += kRows)
    product_rows(rows, rows.first + r * rows.pitch, weights, out + r * out_pitch, out_pitch);
}

/// B' d of the filtering with the points 0, 1, -1, 2, -2.
inline void inputs_of(const Floats (&d)[kTileInputs], Floats (&out)[kTileInputs]) {
  const Floats even = d[4] - 4.0F * d[2];
  const Floats odd = d[3] - 4.0F * d[1];
  const Floats even2 = d[4] - d[2];
  const Floats odd2 = 2.0F * (d[3] - d[1]);
  out[0] = 4.0F * d[0] - 5.0F * d[2] + d[4];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = even2 + odd2;
  out[4] = even2 - odd2;
  out[5] = 4.0F * d[1] - 5.0F * d[3] + d[5];
}

/// A' m.
inline void outputs_of(const Floats (&m)[kTileInputs], Floats (&out)[kTile]) {
  const Floats sum = m[1] + m[2];
  const Floats difference = m[1] - m[2];
  const Floats sum2 = m[3] + m[4];
  const Floats difference2 = m[3] - m[4];
  out[0] = m[0] + sum + sum2;
  out[1] = difference + 2.0F * difference2;
  out[2] = sum + 4.0F * sum2;
  out[3] = difference + 8.0F * difference2 + m[5];
}

void to_factors(const float* pixels, std::ptrdiff_t line, int channels, float* factors,
                std::ptrdiff_t place) {
  const std::ptrdiff_t pixel = channels;
  for (int c = 0; c < channels; c += kLanes) {
    Floats half[kTileInputs][kTileInputs];
    for (int x = 0; x < kTileInputs; ++x) {
      Floats column[kTileInputs], out[kTileInputs];
      for (int y = 0; y < kTileInputs; ++y) column[y] = load(pixels + y * line + x * pixel + c);
      inputs_of(column, out);
      for (int y = 0; y < kTileInputs; ++y) half[y][x] = out[y];
    }
    for (int y = 0; y < kTileInputs; ++y) {
      Floats out[kTileInputs];
      inputs_of(half[y], out);
      for (int x = 0; x < kTileInputs; ++x) store(factors + (y * kTileInputs + x) * place + c, out[x]);
    }
  }
}

void from_products(const float* products, std::ptrdiff_t place, const TileTarget& target) {
  for (int c = 0; c < kPanel; c += kLanes) {
    Floats half[kTile][kTileInputs];
    for (int x = 0; x < kTileInputs; ++x) {
      Floats column[kTileInputs], out[kTile];
      for (int y = 0; y < kTileInputs; ++y) column[y] = load(products + (y * kTileInputs + x) * place + c);
      outputs_of(column, out);
      for (int y = 0; y < kTile; ++y) half[y][x] = out[y];
    }
    const Floats bias = load(target.bias + c);
    for (int y = 0; y < target.height; ++y) {
      Floats row[kTile];
      outputs_of(half[y], row);
      const std::ptrdiff_t at = y * target.line + c;
      for (int x = 0; x < target.width; ++x) {
        Floats v = row[x] + bias;
        if (target.residual) v += load(target.residual + at + x * target.pixel);
        store(target.out + at + x * target.pixel, v > 0.0F ? v : Floats{});
      }
    }
  }
}

}  // namespace

extern const ConvKernels SKALD_KERNELS;
// NOLINTNEXTLINE(misc-definitions-in-headers): each version defines one, of its own name
const ConvKernels SKALD_KERNELS{SKALD_KERNELS_NAME, product, to_factors, from_products};

}  // namespace skald::listen
