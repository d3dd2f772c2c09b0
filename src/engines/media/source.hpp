// Reads an InputFile for FFmpeg.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engines/media/ffmpeg.hpp"
#include "engines/media/media.hpp"

namespace skald::media {

/// An AVIOContext on the descriptor. Reading stops with AVERROR_EXIT when the job is cancelled, so that
/// searching in a large file ends soon too.
class Source {
 public:
  Source(const InputFile& input, Cancelled cancelled);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  AVIOContext* io() { return io_.get(); }
  const InputFile& input() const { return input_; }
  /// The first bytes of the file after an ID3v2 tag, which may be larger than what one looks at to tell
  /// formats apart.
  Result<std::vector<std::uint8_t>> head(std::size_t size) const;
  /// Bytes of sound that a WAV file's header promises beyond its end; 0 for whole or other files. FFmpeg
  /// reads such files to their end without a word.
  std::uint64_t missing_wav_bytes() const;
  /// errno of a failed read; 0 for none. The disk failed then, not the format.
  int read_error() const { return read_error_; }
  bool cancelled() const { return was_cancelled_; }
  double share_read() const;

 private:
  static int read(void* self, std::uint8_t* buffer, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);
  ssize_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;

  const InputFile& input_;
  Cancelled is_cancelled_;
  std::uint64_t position_ = 0;
  int read_error_ = 0;
  bool was_cancelled_ = false;
  Owned<AVIOContext> io_;
};

}  // namespace skald::media
