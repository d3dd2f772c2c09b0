#include "engines/listen/conv_kernels.hpp"

namespace skald::listen {

extern const ConvKernels conv_kernels_plain;
#if defined(__x86_64__)
extern const ConvKernels conv_kernels_avx2, conv_kernels_avx512;
#endif

ConvKernelList all_conv_kernels() {
  ConvKernelList list{{&conv_kernels_plain, nullptr, nullptr}, 1};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    list.versions[list.count++] = &conv_kernels_avx2;
  if (__builtin_cpu_supports("avx512f")) list.versions[list.count++] = &conv_kernels_avx512;
#endif
  return list;
}

const ConvKernels& conv_kernels() {
  static const ConvKernels* const best = [] {
    const ConvKernelList list = all_conv_kernels();
    return list.versions[list.count - 1];
  }();
  return *best;
}

}  // namespace skald::listen
