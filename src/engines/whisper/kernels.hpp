// The arithmetic of the decoder, in one version per instruction set of the processor.
#pragma once
#include <bit>
#include <cstdint>

namespace skald::whisper {

/// Weights of a linear layer: rows of 8-bit numbers, each row with a scale.
struct LinearView {
  const std::int8_t* weights;  // [outputs x inputs], packed
  const float* scales;         // [outputs]
  const float* bias;           // [outputs], may be null
  int inputs;                  // a multiple of 16
  int outputs;
};

/// Positions of cross-attention are padded to a multiple of this.
inline constexpr int kPositionBlock = 128;

/// What a row comes to does not depend on which rows are computed with it.
struct Kernels {
  const char* name;
  int most_inputs;  // of a linear layer
  /// Bytes of the packed weights of a layer.
  std::int64_t (*packed_size)(int inputs, int outputs);
  /// Brings weights [outputs x inputs] into the order that `linear` reads.
  void (*pack)(const std::int8_t* rows, int inputs, int outputs, std::int8_t* packed);
  /// The weights of one output, without their scale.
  void (*unpack_row)(const LinearView& layer, int row, float* out);
  /// y [rows x outputs] = x [rows x inputs] W' + bias.
  void (*linear)(const LinearView& layer, const float* x, int rows, float* y);
  /// out[p] = sum over d of query[d] key[p][d]. Keys are bfloat16, block by block of positions, each
  /// [size x kPositionBlock]; `positions` is padded.
  void (*scores)(const std::uint16_t* keys, int positions, int size, const float* query, float* out);
  /// out[d] = sum over p of weights[p] values[p][d]; values: bfloat16 [positions x size], size a multiple
  /// of 16.
  void (*mix)(const std::uint16_t* values, int positions, int size, const float* weights, float* out);
  /// Attention over `count` positions of f32 keys and values that lie `pitch` apart; scratch: `count`
  /// numbers.
  void (*attend)(const float* query, const float* keys, const float* values, int pitch, int count, int size,
                 float* scratch, float* out);
  /// In place: exp(x - max) / sum over `count` numbers.
  void (*softmax)(float* x, int count);
  /// Sum of exp(x - max).
  double (*sum_exp)(const float* x, int count, float max);
  /// In place: x times the normal distribution function (Hendrycks & Gimpel 2016).
  void (*gelu)(float* x, int count);
  /// out = (x - mean) / deviation * gamma + beta over `count` numbers, a multiple of 16 (Ba et al. 2016).
  void (*norm)(const float* x, const float* gamma, const float* beta, int count, float* out);
};

/// The fastest version that this processor runs.
const Kernels& kernels();
/// Every version that this processor runs, the plain one first.
struct KernelList {
  const Kernels* versions[4];
  int count;
};
KernelList all_kernels();

/// To bfloat16, to nearest.
inline std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

}  // namespace skald::whisper
