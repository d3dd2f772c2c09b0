// An opened media file: its streams, and its packets one after the other.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "domain/time.hpp"
#include "engines/media/ffmpeg.hpp"
#include "engines/media/media.hpp"
#include "engines/media/source.hpp"

namespace skald::media {

/// FFmpeg's demuxer on the one descriptor of an InputFile. It cannot open anything else: there is no file
/// name, opening from inside a demuxer is refused, and only containers of guard.hpp are tried.
class Container {
 public:
  /// Finds the kind of file and its streams. UnreadableMedia for text, playlists, unknown or damaged content.
  static Result<Container> open(const InputFile& input, const Cancelled& cancelled);

  /// The stream to decode: `wanted`, or the best one for -1. Other streams are not read from then on.
  Result<const AVStream*> choose_audio(int wanted);

  enum class Read { Packet, End, Skipped };
  /// The next packet of the chosen stream. Skipped: a damaged place, or a packet of another stream.
  Result<Read> read(AVPacket& packet);

  MediaProbe describe() const;
  /// Time zero of the recording, in the clock of the container.
  double origin() const;
  /// Where the chosen stream ends by the header, after origin(); nothing where the header does not say.
  std::optional<Seconds> promised_end() const;
  double share_read() const;
  /// True once the demuxer ended with an error instead of the end of the file.
  bool ended_damaged() const { return ended_damaged_; }

 private:
  Container() = default;
  Status open_context(const AVInputFormat& format);
  Error error(int number, std::string message, std::string advice) const;
  std::string list_streams() const;

  std::unique_ptr<Source> source_;  // outlives the context, which reads through it
  Owned<AVFormatContext> context_;
  const AVStream* chosen_ = nullptr;
  int failures_ = 0;  // in a row
  bool ended_damaged_ = false;
};

/// "audio, aac, 2 channels, 48000 Hz, eng": one stream in words.
std::string to_string(const StreamInfo& stream);

}  // namespace skald::media
