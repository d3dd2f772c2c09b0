// In what numbers matrices are multiplied.
#pragma once
#include <cstdint>

namespace skald::e5 {

/// EightBits: weights with a scale an output, activations rounded in groups that share a scale, where the
/// processor has instructions for it; half the time of F32.
enum class Arithmetic { F32, EightBits };

inline constexpr std::uint64_t kActivationGroup = 32;

}  // namespace skald::e5
