#include "engines/media/track.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engines/media/media.hpp"

namespace skald::media {
namespace {

constexpr std::size_t kBlock = 1 << 15;

std::int16_t to_int16(float sample) {
  return static_cast<std::int16_t>(std::lrintf(std::clamp(sample * 32768.0F, -32768.0F, 32767.0F)));
}

double dbfs(double ratio) {
  return ratio <= 0 ? kSilenceDbfs : std::max(kSilenceDbfs, 20 * std::log10(ratio));
}

}  // namespace

void Levels::add(std::span<const std::int16_t> samples) {
  count_ += static_cast<std::int64_t>(samples.size());
  for (const std::int16_t sample : samples) {
    peak_ = std::max(peak_, std::abs(static_cast<int>(sample)));
    squares_ += static_cast<std::int64_t>(sample) * sample;
  }
}

double Levels::peak_dbfs() const {
  return dbfs(peak_ / 32768.0);
}

double Levels::mean_dbfs() const {
  if (count_ == 0) return kSilenceDbfs;
  return dbfs(std::sqrt(static_cast<double>(squares_) / static_cast<double>(count_)) / 32768.0);
}

Status Track::begin_run(int rate, Seconds silence) {
  const Seconds start = now() + silence;
  TRY_VOID(end_run());
  TRY_VOID(put_silence(to_samples(start).value - length_.value));
  resampler_ = TRY(Resampler::create(rate));
  rate_ = rate;
  run_start_ = length_;
  run_input_ = 0;
  return {};
}

Status Track::append(std::span<const float> samples) {
  run_input_ += static_cast<std::int64_t>(samples.size());
  return put(TRY(resampler_->push(samples)));
}

Status Track::finish() {
  TRY_VOID(end_run());
  return write_block();
}

Seconds Track::now() const {
  return to_seconds(run_start_) + Seconds{static_cast<double>(run_input_) / rate_};
}

// The resampler gives as many samples as it likes, within its filter's length; the run's own length decides.
Status Track::end_run() {
  if (!resampler_) return {};
  const std::int64_t end = to_samples(now()).value;
  const auto rest = TRY(resampler_->finish());
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(0, end - length_.value));
  TRY_VOID(put(rest.first(std::min(rest.size(), wanted))));
  TRY_VOID(put_silence(end - length_.value));
  resampler_.reset();
  return {};
}

Status Track::put(std::span<const float> samples) {
  for (const float sample : samples) {
    block_.push_back(to_int16(sample));
    if (block_.size() == kBlock) TRY_VOID(write_block());
  }
  length_.value += static_cast<std::int64_t>(samples.size());
  return {};
}

Status Track::put_silence(std::int64_t count) {
  for (; count > 0; --count, ++length_.value) {
    block_.push_back(0);
    if (block_.size() == kBlock) TRY_VOID(write_block());
  }
  return {};
}

Status Track::write_block() {
  levels_.add(block_);
  TRY_VOID(writer_.append(block_));
  block_.clear();
  return {};
}

}  // namespace skald::media
