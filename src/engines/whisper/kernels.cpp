#include "engines/whisper/kernels.hpp"

namespace skald::whisper {

extern const Kernels kernels_plain;
#if defined(__x86_64__)
extern const Kernels kernels_avx2, kernels_avx512, kernels_vnni;
#endif

KernelList all_kernels() {
  KernelList list{{&kernels_plain, nullptr, nullptr, nullptr}, 1};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    list.versions[list.count++] = &kernels_avx2;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (wide) list.versions[list.count++] = &kernels_avx512;
  if (wide && __builtin_cpu_supports("avx512vnni")) list.versions[list.count++] = &kernels_vnni;
#endif
  return list;
}

const Kernels& kernels() {
  static const Kernels* const best = [] {
    const KernelList list = all_kernels();
    return list.versions[list.count - 1];
  }();
  return *best;
}

}  // namespace skald::whisper
