#include "engines/media/mix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <type_traits>

namespace skald::media {
namespace {

float weight_of(AVChannel channel) {
  switch (channel) {
    case AV_CHAN_FRONT_CENTER:
      return 1.0F;
    case AV_CHAN_FRONT_LEFT:
    case AV_CHAN_FRONT_RIGHT:
      return 0.7071F;
    case AV_CHAN_LOW_FREQUENCY:
    case AV_CHAN_LOW_FREQUENCY_2:
      return 0.0F;
    default:
      return 0.5F;
  }
}

template <typename T>
float to_float(T sample) {
  if constexpr (std::is_floating_point_v<T>) {
    // Damaged float audio holds values that are no numbers; they would spread through the resampler.
    return std::isfinite(sample) ? static_cast<float>(std::clamp<T>(sample, -8, 8)) : 0.0F;
  } else if constexpr (std::is_same_v<T, std::uint8_t>) {
    return (static_cast<float>(sample) - 128.0F) / 128.0F;
  } else {
    return static_cast<float>(sample) * static_cast<float>(1.0 / (std::ldexp(1.0, 8 * sizeof(T) - 1)));
  }
}

// Reads one channel of a frame into out, from sample `skip` on.
using Loader = void (*)(const AVFrame& frame, int channel, int skip, std::span<float> out);

template <typename T>
void load_planar(const AVFrame& frame, int channel, int skip, std::span<float> out) {
  const T* from = reinterpret_cast<const T*>(frame.extended_data[channel]) + skip;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_float(from[i]);
}

template <typename T>
void load_packed(const AVFrame& frame, int channel, int skip, std::span<float> out) {
  const auto step = static_cast<std::size_t>(frame.ch_layout.nb_channels);
  const T* from =
      reinterpret_cast<const T*>(frame.extended_data[0]) + static_cast<std::size_t>(skip) * step + channel;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_float(from[i * step]);
}

Loader loader_for(AVSampleFormat format) {
  switch (format) {
    case AV_SAMPLE_FMT_U8:
      return load_packed<std::uint8_t>;
    case AV_SAMPLE_FMT_S16:
      return load_packed<std::int16_t>;
    case AV_SAMPLE_FMT_S32:
      return load_packed<std::int32_t>;
    case AV_SAMPLE_FMT_S64:
      return load_packed<std::int64_t>;
    case AV_SAMPLE_FMT_FLT:
      return load_packed<float>;
    case AV_SAMPLE_FMT_DBL:
      return load_packed<double>;
    case AV_SAMPLE_FMT_U8P:
      return load_planar<std::uint8_t>;
    case AV_SAMPLE_FMT_S16P:
      return load_planar<std::int16_t>;
    case AV_SAMPLE_FMT_S32P:
      return load_planar<std::int32_t>;
    case AV_SAMPLE_FMT_S64P:
      return load_planar<std::int64_t>;
    case AV_SAMPLE_FMT_FLTP:
      return load_planar<float>;
    case AV_SAMPLE_FMT_DBLP:
      return load_planar<double>;
    default:
      return nullptr;
  }
}

}  // namespace

std::vector<float> mono_weights(const AVChannelLayout& layout) {
  std::vector<float> weights(static_cast<std::size_t>(layout.nb_channels), 1.0F);
  if (layout.order == AV_CHANNEL_ORDER_AMBISONIC) {
    std::fill(weights.begin() + 1, weights.end(), 0.0F);  // the first channel is the sound from everywhere
  } else if (layout.order != AV_CHANNEL_ORDER_UNSPEC) {
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = weight_of(::av_channel_layout_channel_from_index(&layout, static_cast<unsigned>(i)));
  }
  float sum = std::accumulate(weights.begin(), weights.end(), 0.0F);
  if (sum <= 0) {  // nothing but low frequencies
    std::fill(weights.begin(), weights.end(), 1.0F);
    sum = static_cast<float>(weights.size());
  }
  for (float& weight : weights) weight /= sum;
  return weights;
}

MonoMixer::MonoMixer(const AVChannelLayout& layout, int sample_rate)
    : weights_(mono_weights(layout)), rate_(sample_rate) {}

Result<std::span<const float>> MonoMixer::mix(const AVFrame& frame, int skip) {
  const Loader load = loader_for(static_cast<AVSampleFormat>(frame.format));
  if (load == nullptr)
    return fail(ErrorCode::UnreadableMedia, "the decoder gives samples of an unknown format");
  const auto count = static_cast<std::size_t>(std::max(0, frame.nb_samples - skip));
  mono_.resize(count);
  channel_.resize(count);
  load(frame, 0, skip, mono_);
  if (weights_.size() == 1) return std::span<const float>(mono_);
  if (weights_.size() == 2) {
    load(frame, 1, skip, channel_);
    watch_polarity();
    add_stereo();
    return std::span<const float>(mono_);
  }
  for (float& sample : mono_) sample *= weights_[0];
  for (std::size_t c = 1; c < weights_.size(); ++c) {
    if (weights_[c] == 0) continue;
    load(frame, static_cast<int>(c), skip, channel_);
    for (std::size_t i = 0; i < count; ++i) mono_[i] += weights_[c] * channel_[i];
  }
  return std::span<const float>(mono_);
}

// Follows the correlation of the two channels over about two seconds; every fourth sample tells enough.
void MonoMixer::watch_polarity() {
  const double keep = std::exp(-static_cast<double>(mono_.size()) / (2.0 * rate_));
  const bool first = left_ == 0 && right_ == 0;
  left_ *= keep;
  right_ *= keep;
  product_ *= keep;
  for (std::size_t i = 0; i < mono_.size(); i += 4) {
    left_ += static_cast<double>(mono_[i]) * mono_[i];
    right_ += static_cast<double>(channel_[i]) * channel_[i];
    product_ += static_cast<double>(mono_[i]) * channel_[i];
  }
  const double norm = std::sqrt(left_ * right_);
  if (product_ < -0.9 * norm)
    sign_ = -1;
  else if (product_ > -0.3 * norm)
    sign_ = 1;
  if (first) current_sign_ = sign_;
}

void MonoMixer::add_stereo() {
  const float step = 2.0F / (0.01F * static_cast<float>(rate_));
  for (std::size_t i = 0; i < mono_.size(); ++i) {
    if (current_sign_ != sign_) current_sign_ = std::clamp(sign_, current_sign_ - step, current_sign_ + step);
    mono_[i] = weights_[0] * mono_[i] + weights_[1] * current_sign_ * channel_[i];
  }
}

}  // namespace skald::media
