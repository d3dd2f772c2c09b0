// Many channels to one, in float, whatever the sample format.
#pragma once
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engines/media/ffmpeg.hpp"

namespace skald::media {

/// How much of each channel goes into the mix. The weights add up to 1, so the mix cannot clip and a sound
/// that is the same in all channels keeps its level. Surround: centre 1, front 0.71, others 0.5, low
/// frequencies 0 (ITU-R BS.775); channels without a meaning: all alike.
std::vector<float> mono_weights(const AVChannelLayout& layout);

/// Mixes frames of one stream. Stereo whose channels are each other's negative, as wrong wiring makes them,
/// would vanish in the sum; its second channel is turned round as long as that lasts.
class MonoMixer {
 public:
  MonoMixer(const AVChannelLayout& layout, int sample_rate);
  /// The mix of a frame, from sample `skip` on; valid until the next call.
  Result<std::span<const float>> mix(const AVFrame& frame, int skip);

 private:
  void watch_polarity();
  void add_stereo();

  std::vector<float> weights_;
  std::vector<float> mono_;
  std::vector<float> channel_;
  int rate_;
  // Sums over the last seconds: energies of left and right, and their product.
  double left_ = 0;
  double right_ = 0;
  double product_ = 0;
  float sign_ = 1;          // of the right channel, as it shall be
  float current_sign_ = 1;  // as it is now: changes glide over 10 ms
};

}  // namespace skald::media
