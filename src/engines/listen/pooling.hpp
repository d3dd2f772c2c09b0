// From frames of the backbone to one embedding for each local speaker of a window.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "domain/diarization/listen_data.hpp"

namespace skald::listen {

inline constexpr std::size_t kChannels = 2560;    // of a backbone frame
inline constexpr std::size_t kBlockFrames = 125;  // frames of 80 ms that are kept of each block of 10 s
inline constexpr std::int64_t kFrameSamples = 1280;

/// Whether each of the 589 frames of a window counts for local speaker `speaker`: where nobody else speaks,
/// or, where two such frames or fewer exist, wherever he or she speaks.
std::vector<bool> speaker_mask(std::span<const std::uint8_t> frames, std::size_t speaker);

/// Mean and standard deviation of the frames chosen so far, in single precision.
class Statistics {
 public:
  Statistics() : sum_(kChannels), square_(kChannels) {}
  void add(std::span<const float> frame);
  std::size_t count() const { return count_; }
  /// Means, then standard deviations: 2 x kChannels numbers.
  void write(std::span<float> out) const;

 private:
  std::size_t count_ = 0;
  std::vector<float> sum_;
  std::vector<float> square_;
};

/// The last linear layer: statistics to embeddings.
class Head {
 public:
  static Result<Head> load(const std::filesystem::path& models);
  /// statistics: [n, 2 x kChannels]; returns [n, kDimension].
  std::vector<float> apply(std::span<const float> statistics) const;

 private:
  std::vector<float> weight_;  // [panels, 2 x kChannels, kPanel]
  std::vector<float> bias_;
};

}  // namespace skald::listen
