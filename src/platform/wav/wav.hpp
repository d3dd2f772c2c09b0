// The audio inside Skald: WAV, 16 kHz, mono, 16 bit.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "domain/time.hpp"
#include "platform/wav/pending_file.hpp"

namespace skald {

/// A mapped WAV file. Samples are read from the disk as they are touched, so memory does not grow with the
/// length.
class WavFile {
 public:
  /// InvalidInput for what is not 16 kHz mono 16-bit PCM; Damaged for a file that ends before its header
  /// says.
  static Result<WavFile> open(const std::filesystem::path& path);
  Samples length() const { return {static_cast<std::int64_t>(samples_.size())}; }
  Seconds duration() const { return to_seconds(length()); }
  /// Fills `out` with the samples from `start` on, scaled to [-1, 1); zeros before the start and after the
  /// end.
  void read_float(Samples start, std::span<float> out) const;
  /// Appends the samples of [start, end) to `out`, as far as there are some.
  void append_to(std::vector<std::int16_t>& out, Samples start, Samples end) const;

 private:
  WavFile(MappedFile file, std::span<const std::int16_t> samples)
      : file_(std::move(file)), samples_(samples) {}
  MappedFile file_;
  std::span<const std::int16_t> samples_;  // into file_, whose pages stay where they are when it moves
};

/// Writes such a file as samples come in. The file appears under its name when finish() succeeds, whole and
/// on disk.
class WavWriter {
 public:
  static Result<WavWriter> create(const std::filesystem::path& path);
  Status append(std::span<const std::int16_t> samples);
  Status finish();
  Samples length() const { return {written_}; }

 private:
  explicit WavWriter(PendingFile file) : file_(std::move(file)) {}
  PendingFile file_;
  std::int64_t written_ = 0;
};

}  // namespace skald
