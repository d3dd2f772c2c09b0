#include "engines/media/resample.hpp"

#include <algorithm>
#include <cstdint>

#include "domain/time.hpp"

namespace skald::media {

Result<Resampler> Resampler::create(int input_rate) {
  if (input_rate == kSampleRate) return Resampler(nullptr);
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext* raw = nullptr;
  int status = ::swr_alloc_set_opts2(&raw, &mono, AV_SAMPLE_FMT_FLT, kSampleRate, &mono, AV_SAMPLE_FMT_FLT,
                                     input_rate, 0, nullptr);
  Owned<SwrContext> context(raw);
  if (status >= 0) status = ::swr_init(raw);
  if (status < 0)
    return fail(ErrorCode::UnreadableMedia,
                "cannot convert from " + std::to_string(input_rate) + " Hz: " + ffmpeg_error(status));
  return Resampler(std::move(context));
}

Result<std::span<const float>> Resampler::push(std::span<const float> samples) {
  if (!context_) return samples;
  if (samples.empty()) return std::span<const float>();  // for swresample, no input means the end
  return convert(samples);
}

Result<std::span<const float>> Resampler::convert(std::span<const float> samples) {
  if (!context_) return std::span<const float>();
  const int room = ::swr_get_out_samples(context_.get(), static_cast<int>(samples.size()));
  if (room < 0) return fail(ErrorCode::Internal, "cannot resample: " + ffmpeg_error(room));
  out_.resize(static_cast<std::size_t>(room) + 64);
  auto* out = reinterpret_cast<std::uint8_t*>(out_.data());
  const auto* in = reinterpret_cast<const std::uint8_t*>(samples.data());
  const int made = ::swr_convert(context_.get(), &out, static_cast<int>(out_.size()),
                                 samples.empty() ? nullptr : &in, static_cast<int>(samples.size()));
  if (made < 0) return fail(ErrorCode::Internal, "cannot resample: " + ffmpeg_error(made));
  return std::span<const float>(out_).first(static_cast<std::size_t>(made));
}

}  // namespace skald::media
