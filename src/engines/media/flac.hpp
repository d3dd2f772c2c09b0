// Stretches of Skald's audio as one FLAC file: what services take that transcribe.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engines/media/media.hpp"

namespace skald::media {

/// The samples (16 kHz, mono, 16 bit) as the bytes of a FLAC file. At most ten minutes, since the whole file
/// is made in memory.
Result<std::vector<std::uint8_t>> to_flac(std::span<const std::int16_t> samples, const Cancelled& cancelled);

inline constexpr Samples kLongestFlac{std::int64_t{10} * 60 * kSampleRate};

}  // namespace skald::media
