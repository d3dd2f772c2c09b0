// Any rate to 16 kHz, in float, one channel.
#pragma once
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engines/media/ffmpeg.hpp"

namespace skald::media {

/// swresample's filter on a stream of samples. Sample k of the output lies at the time of k / 16000 s in the
/// input: the filter's delay is taken out.
class Resampler {
 public:
  static Result<Resampler> create(int input_rate);
  /// What can be said after these samples; valid until the next call.
  Result<std::span<const float>> push(std::span<const float> samples);
  /// The rest, once there is no more input.
  Result<std::span<const float>> finish() { return convert({}); }

 private:
  explicit Resampler(Owned<SwrContext> context) : context_(std::move(context)) {}
  Result<std::span<const float>> convert(std::span<const float> samples);
  Owned<SwrContext> context_;  // null: the input has 16 kHz
  std::vector<float> out_;
};

}  // namespace skald::media
