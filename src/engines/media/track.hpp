// The track being written: samples at their times, silence where there are none.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "domain/time.hpp"
#include "engines/media/resample.hpp"
#include "platform/wav/wav.hpp"

namespace skald::media {

/// Peak and root mean square of 16-bit samples, against full scale.
class Levels {
 public:
  void add(std::span<const std::int16_t> samples);
  double peak_dbfs() const;
  double mean_dbfs() const;

 private:
  std::int64_t count_ = 0;
  std::int64_t squares_ = 0;  // 12 hours of full scale fit in
  int peak_ = 0;
};

/// Writes runs of samples of one rate to a WAV file. A run lies on the 16 kHz grid to half a sample, however
/// long it is and wherever earlier runs began.
class Track {
 public:
  explicit Track(WavWriter& writer) : writer_(writer) {}

  /// Ends the run before, if any, and begins one of that rate after `silence`.
  Status begin_run(int rate, Seconds silence);
  Status append(std::span<const float> samples);
  /// Ends the last run; all samples are in the file then.
  Status finish();

  /// The time at which the next sample will lie.
  Seconds now() const;
  /// Samples in the file so far, those included that wait for the resampler.
  Samples length() const { return length_; }
  const Levels& levels() const { return levels_; }

 private:
  Status end_run();
  Status put(std::span<const float> samples);
  Status put_silence(std::int64_t count);
  Status write_block();

  WavWriter& writer_;
  Levels levels_;
  std::vector<std::int16_t> block_;
  std::optional<Resampler> resampler_;
  int rate_ = kSampleRate;
  Samples length_;              // put so far
  Samples run_start_;           // of the run, on the 16 kHz grid
  std::int64_t run_input_ = 0;  // samples of the run, at its own rate
};

}  // namespace skald::media
