// Body of the kernels; each kernels_*.cpp includes it once, compiled for its instruction set, with
// SKALD_KERNELS naming the version. No functions of other headers are called here: compiled for a newer
// processor, one of them could be the copy that the linker keeps for the whole program.
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include <cstddef>

#include "engines/whisper/kernels.hpp"

// NOLINTBEGIN(bugprone-implicit-widening-of-multiplication-result): sizes of panels and heads fit in an int
namespace skald::whisper {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
using Floats = float __attribute__((vector_size(4 * kLanes)));
using Integers = std::int32_t __attribute__((vector_size(4 * kLanes)));

inline Floats load(const float* from) {
  Floats v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, const Floats& v) {
  __builtin_memcpy(to, &v, sizeof v);
}

// Widening is written by hand where the processor has an instruction for it: compilers take it apart.
#if defined(__AVX512F__)
inline Floats load(const std::int8_t* from) {
  return reinterpret_cast<Floats>(
      _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)))));
}

inline Floats load(const std::uint16_t* from) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  return reinterpret_cast<Floats>(_mm512_slli_epi32(wide, 16));
}
#elif defined(__AVX2__)
inline Floats load(const std::int8_t* from) {
  return reinterpret_cast<Floats>(
      _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)))));
}

inline Floats load(const std::uint16_t* from) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  return reinterpret_cast<Floats>(_mm256_slli_epi32(wide, 16));
}
#else
using Bytes = std::int8_t __attribute__((vector_size(kLanes)));
using Halves = std::uint16_t __attribute__((vector_size(2 * kLanes)));

inline Floats load(const std::int8_t* from) {
  Bytes v;
  __builtin_memcpy(&v, from, sizeof v);
  return __builtin_convertvector(__builtin_convertvector(v, Integers), Floats);
}

inline Floats load(const std::uint16_t* from) {
  Halves v;
  __builtin_memcpy(&v, from, sizeof v);
  return reinterpret_cast<Floats>(__builtin_convertvector(v, Integers) << 16);
}
#endif

inline Floats all(float value) {
  return Floats{} + value;
}

inline float sum(const Floats& v) {
  float s[kLanes];
  __builtin_memcpy(s, &v, sizeof s);
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) s[i] += s[i + half];
  return s[0];
}

// exp for x <= 88: powers of two by the exponent's bits, the rest by a polynomial; relative error below 2e-7.
inline Floats exp_of(Floats x) {
  x = x < -87.0F ? all(-87.0F) : x;
  const Floats shifted = x * 1.44269504F + 12582912.0F;  // rounds to a whole number
  const Floats whole = shifted - 12582912.0F;
  const Floats r = (x - whole * 0.693359375F) - whole * -2.12194440e-4F;
  Floats p = all(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const Integers power = (__builtin_convertvector(whole, Integers) + 127) << 23;
  return p * reinterpret_cast<Floats>(power);
}

#if defined(__AVX512VNNI__)

// Weights lie in blocks of 16 outputs, four inputs side by side, as whole numbers from 0 (the 8-bit weight
// plus 128). Activations become whole numbers of 15 bits, taken as 256 high + low, both 8 bits wide: products
// of 8-bit numbers are added exactly, and nearly nothing of the activations is lost.
constexpr int kMostInputs = 8192;

std::int64_t packed_place(int inputs, int output, int input) {
  return (static_cast<std::int64_t>(output / kLanes) * (inputs / 4) + input / 4) * 4 * kLanes +
         (output % kLanes) * 4 + input % 4;
}

std::int64_t packed_size(int inputs, int outputs) {
  return static_cast<std::int64_t>((outputs + kLanes - 1) / kLanes) * kLanes * inputs;
}

void pack(const std::int8_t* rows, int inputs, int outputs, std::int8_t* packed) {
  for (int n = 0; n < outputs; ++n)
    for (int k = 0; k < inputs; ++k)
      packed[packed_place(inputs, n, k)] =
          static_cast<std::int8_t>(rows[static_cast<std::int64_t>(n) * inputs + k] ^ -128);
}

void unpack_row(const LinearView& layer, int row, float* out) {
  for (int k = 0; k < layer.inputs; ++k)
    out[k] = static_cast<float>(
        static_cast<std::int8_t>(layer.weights[packed_place(layer.inputs, row, k)] ^ -128));
}

struct WholeRow {
  alignas(64) std::int8_t high[kMostInputs];
  alignas(64) std::int8_t low[kMostInputs];
  std::int32_t high_sum, low_sum;
  float scale;
};

void to_whole(const float* x, int count, WholeRow& out) {
  const __m512 sign = _mm512_set1_ps(-0.0F);
  __m512 most = _mm512_set1_ps(1e-30F);
  for (int k = 0; k < count; k += kLanes)
    most = _mm512_max_ps(most, _mm512_andnot_ps(sign, _mm512_loadu_ps(x + k)));
  const float largest = _mm512_reduce_max_ps(most);
  out.scale = largest / 16256.0F;
  const __m512 factor = _mm512_set1_ps(16256.0F / largest);
  __m512i highs = _mm512_setzero_si512(), lows = highs;
  for (int k = 0; k < count; k += kLanes) {
    const __m512i q = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + k), factor));
    const __m512i h = _mm512_srai_epi32(_mm512_add_epi32(q, _mm512_set1_epi32(128)), 8);
    const __m512i l = _mm512_sub_epi32(q, _mm512_slli_epi32(h, 8));
    highs = _mm512_add_epi32(highs, h);
    lows = _mm512_add_epi32(lows, l);
    _mm_store_si128(reinterpret_cast<__m128i*>(out.high + k), _mm512_cvtepi32_epi8(h));
    _mm_store_si128(reinterpret_cast<__m128i*>(out.low + k), _mm512_cvtepi32_epi8(l));
  }
  out.high_sum = _mm512_reduce_add_epi32(highs);
  out.low_sum = _mm512_reduce_add_epi32(lows);
}

inline __m512i four(const std::int8_t* from) {
  std::int32_t v;
  __builtin_memcpy(&v, from, sizeof v);
  return _mm512_set1_epi32(v);
}

template <int Rows, int Blocks>
void linear_blocks(const LinearView& layer, int block, const WholeRow* x, float* y) {
  __m512i high[Rows][Blocks], low[Rows][Blocks];
  for (int r = 0; r < Rows; ++r)
    for (int b = 0; b < Blocks; ++b) high[r][b] = low[r][b] = _mm512_setzero_si512();
  const std::int64_t pitch = static_cast<std::int64_t>(layer.inputs) * kLanes;
  const std::int8_t* weights = layer.weights + block * pitch;
  for (int k = 0; k < layer.inputs; k += 4, weights += 4 * kLanes)
    for (int b = 0; b < Blocks; ++b) {
      const __m512i w = _mm512_loadu_si512(weights + b * pitch);
      for (int r = 0; r < Rows; ++r) {
        high[r][b] = _mm512_dpbusd_epi32(high[r][b], w, four(x[r].high + k));
        low[r][b] = _mm512_dpbusd_epi32(low[r][b], w, four(x[r].low + k));
      }
    }
  for (int b = 0; b < Blocks; ++b) {
    const int first = (block + b) * kLanes;
    const int left = layer.outputs - first;
    const auto mask = static_cast<__mmask16>(left >= kLanes ? 0xFFFF : (1 << left) - 1);
    const __m512 scales = _mm512_maskz_loadu_ps(mask, layer.scales + first);
    const __m512 bias = layer.bias ? _mm512_maskz_loadu_ps(mask, layer.bias + first) : _mm512_setzero_ps();
    for (int r = 0; r < Rows; ++r) {
      const __m512i h = _mm512_sub_epi32(high[r][b], _mm512_set1_epi32(128 * x[r].high_sum));
      const __m512i l = _mm512_sub_epi32(low[r][b], _mm512_set1_epi32(128 * x[r].low_sum));
      const __m512 dot =
          _mm512_fmadd_ps(_mm512_cvtepi32_ps(h), _mm512_set1_ps(256.0F), _mm512_cvtepi32_ps(l));
      // Fused by name: left to the compiler, a row by itself could be rounded otherwise than among others.
      const __m512 sums = _mm512_fmadd_ps(_mm512_mul_ps(dot, _mm512_set1_ps(x[r].scale)), scales, bias);
      _mm512_mask_storeu_ps(y + static_cast<std::int64_t>(r) * layer.outputs + first, mask, sums);
    }
  }
}

template <int Rows>
void linear_rows(const LinearView& layer, const float* x, float* y) {
  constexpr int together = Rows <= 2 ? 4 : Rows <= 4 ? 2 : 1;
  WholeRow whole[Rows];
  for (int r = 0; r < Rows; ++r)
    to_whole(x + static_cast<std::int64_t>(r) * layer.inputs, layer.inputs, whole[r]);
  const int blocks = (layer.outputs + kLanes - 1) / kLanes;
  int block = 0;
  for (; block + together <= blocks; block += together) linear_blocks<Rows, together>(layer, block, whole, y);
  for (; block < blocks; ++block) linear_blocks<Rows, 1>(layer, block, whole, y);
}

#else

constexpr int kMostInputs = 1 << 20;

std::int64_t packed_size(int inputs, int outputs) {
  return static_cast<std::int64_t>(outputs) * inputs;
}

void pack(const std::int8_t* rows, int inputs, int outputs, std::int8_t* packed) {
  __builtin_memcpy(packed, rows, static_cast<std::size_t>(packed_size(inputs, outputs)));
}

void unpack_row(const LinearView& layer, int row, float* out) {
  const std::int8_t* from = layer.weights + static_cast<std::int64_t>(row) * layer.inputs;
  for (int k = 0; k < layer.inputs; ++k) out[k] = from[k];
}

// Fused by name where the processor can: left to the compiler, a row by itself could be rounded otherwise
// than among others.
inline float scaled(float sum, float scale, float bias) {
#ifdef __FMA__
  return __builtin_fmaf(sum, scale, bias);
#else
  return sum * scale + bias;
#endif
}

template <int Rows>
void linear_rows(const LinearView& layer, const float* x, float* y) {
  for (int n = 0; n < layer.outputs; n += 2) {
    const bool pair = n + 1 < layer.outputs;
    const std::int8_t* a = layer.weights + static_cast<std::int64_t>(n) * layer.inputs;
    const std::int8_t* b = pair ? a + layer.inputs : a;
    Floats first[Rows] = {}, second[Rows] = {};
    for (int k = 0; k < layer.inputs; k += kLanes) {
      const Floats wa = load(a + k), wb = load(b + k);
      for (int r = 0; r < Rows; ++r) {
        const Floats v = load(x + static_cast<std::int64_t>(r) * layer.inputs + k);
        first[r] += wa * v;
        second[r] += wb * v;
      }
    }
    for (int r = 0; r < Rows; ++r) {
      float* out = y + static_cast<std::int64_t>(r) * layer.outputs + n;
      out[0] = scaled(sum(first[r]), layer.scales[n], layer.bias ? layer.bias[n] : 0.0F);
      if (pair) out[1] = scaled(sum(second[r]), layer.scales[n + 1], layer.bias ? layer.bias[n + 1] : 0.0F);
    }
  }
}

#endif

void linear(const LinearView& layer, const float* x, int rows, float* y) {
  while (rows > 0) {
    const int now = rows < 8 ? rows : 8;
    switch (now) {
      case 1:
        linear_rows<1>(layer, x, y);
        break;
      case 2:
        linear_rows<2>(layer, x, y);
        break;
      case 3:
        linear_rows<3>(layer, x, y);
        break;
      case 4:
        linear_rows<4>(layer, x, y);
        break;
      case 5:
        linear_rows<5>(layer, x, y);
        break;
      case 6:
        linear_rows<6>(layer, x, y);
        break;
      case 7:
        linear_rows<7>(layer, x, y);
        break;
      default:
        linear_rows<8>(layer, x, y);
        break;
    }
    x += static_cast<std::int64_t>(now) * layer.inputs;
    y += static_cast<std::int64_t>(now) * layer.outputs;
    rows -= now;
  }
}

void scores(const std::uint16_t* keys, int positions, int size, const float* query, float* out) {
  constexpr int parts = 8;  // registers of sums
  for (int p = 0; p < positions;
       p += kPositionBlock, keys += kPositionBlock * static_cast<std::int64_t>(size))
    for (int q = 0; q < kPositionBlock; q += parts * kLanes) {
      Floats sums[parts] = {};
      const std::uint16_t* row = keys + q;
      for (int d = 0; d < size; ++d, row += kPositionBlock)
        for (int i = 0; i < parts; ++i) sums[i] += load(row + i * kLanes) * query[d];
      for (int i = 0; i < parts; ++i) store(out + p + q + i * kLanes, sums[i]);
    }
}

template <int Parts>
void mix_part(const std::uint16_t* values, int positions, int size, const float* weights, float* out) {
  Floats even[Parts] = {}, odd[Parts] = {};
  int p = 0;
  for (; p + 1 < positions; p += 2, values += 2 * static_cast<std::int64_t>(size))
    for (int i = 0; i < Parts; ++i) {
      even[i] += load(values + i * kLanes) * weights[p];
      odd[i] += load(values + size + i * kLanes) * weights[p + 1];
    }
  for (int i = 0; i < Parts; ++i) {
    if (p < positions) even[i] += load(values + i * kLanes) * weights[p];
    store(out + i * kLanes, even[i] + odd[i]);
  }
}

void mix(const std::uint16_t* values, int positions, int size, const float* weights, float* out) {
  int d = 0;
  for (; d + 4 * kLanes <= size; d += 4 * kLanes) mix_part<4>(values + d, positions, size, weights, out + d);
  for (; d < size; d += kLanes) mix_part<1>(values + d, positions, size, weights, out + d);
}

float largest(const float* x, int count) {
  float max = x[0];
  for (int i = 1; i < count; ++i) max = x[i] > max ? x[i] : max;
  return max;
}

double sum_exp(const float* x, int count, float max) {
  Floats sums{};
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) sums += exp_of(load(x + i) - max);
  double total = sum(sums);
  for (; i < count; ++i) total += exp_of(all(x[i] - max))[0];
  return total;
}

void softmax(float* x, int count) {
  const float max = largest(x, count);
  Floats sums{};
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Floats e = exp_of(load(x + i) - max);
    store(x + i, e);
    sums += e;
  }
  float total = sum(sums);
  for (; i < count; ++i) {
    x[i] = exp_of(all(x[i] - max))[0];
    total += x[i];
  }
  const float scale = 1 / total;
  for (i = 0; i < count; ++i) x[i] *= scale;
}

void attend(const float* query, const float* keys, const float* values, int pitch, int count, int size,
            float* scratch, float* out) {
  for (int p = 0; p < count; ++p) {
    const float* key = keys + static_cast<std::int64_t>(p) * pitch;
    Floats dot{};
    for (int d = 0; d < size; d += kLanes) dot += load(query + d) * load(key + d);
    scratch[p] = sum(dot);
  }
  softmax(scratch, count);
  for (int d = 0; d < size; d += kLanes) {
    Floats sums{};
    for (int p = 0; p < count; ++p)
      sums += load(values + static_cast<std::int64_t>(p) * pitch + d) * scratch[p];
    store(out + d, sums);
  }
}

// The error function as in Abramowitz & Stegun 7.1.26: absolute error below 1.5e-7.
void gelu(float* x, int count) {
  for (int i = 0; i < count; i += kLanes) {
    const Floats v = load(x + i);
    const Floats z = v * 0.70710678F;
    const Floats size = z < 0.0F ? -z : z;
    const Floats t = 1.0F / (1.0F + 0.3275911F * size);
    Floats p = 1.061405429F * t + -1.453152027F;
    p = p * t + 1.421413741F;
    p = p * t + -0.284496736F;
    p = p * t + 0.254829592F;
    const Floats erf = 1.0F - p * t * exp_of(-size * size);
    const Floats both = z < 0.0F ? -erf : erf;
    store(x + i, 0.5F * v * (1.0F + both));
  }
}

void norm(const float* x, const float* gamma, const float* beta, int count, float* out) {
  Floats sums{};
  for (int i = 0; i < count; i += kLanes) sums += load(x + i);
  const float mean = sum(sums) / static_cast<float>(count);
  Floats squares{};
  for (int i = 0; i < count; i += kLanes) {
    const Floats d = load(x + i) - mean;
    squares += d * d;
  }
  const float scale = 1 / __builtin_sqrtf(sum(squares) / static_cast<float>(count) + 1e-5F);
  for (int i = 0; i < count; i += kLanes)
    store(out + i, (load(x + i) - mean) * scale * load(gamma + i) + load(beta + i));
}

}  // namespace

extern const Kernels SKALD_KERNELS;
// NOLINTNEXTLINE(misc-definitions-in-headers): each version defines one, of its own name
const Kernels SKALD_KERNELS{SKALD_KERNELS_NAME,
                            kMostInputs,
                            packed_size,
                            pack,
                            unpack_row,
                            linear,
                            scores,
                            mix,
                            attend,
                            softmax,
                            sum_exp,
                            gelu,
                            norm};

}  // namespace skald::whisper
// NOLINTEND(bugprone-implicit-widening-of-multiplication-result)
