// Packets of one audio stream to frames of samples.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "engines/media/ffmpeg.hpp"

namespace skald::media {

class Decoder {
 public:
  using OnFrame = std::function<Status(const AVFrame& frame, std::optional<double> stamp)>;

  /// UnreadableMedia where no decoder is known for the stream. `which` names the stream in messages.
  static Result<Decoder> create(const AVStream& stream, const std::string& which);

  /// Decodes a packet, or, for null, what is left inside. Calls `on_frame` for every frame with its time in
  /// seconds. A damaged packet is counted and skipped.
  Status decode(const AVPacket* packet, const OnFrame& on_frame);

  /// Damaged places after which sound went on: what follows the last frame is often no sound at all, but a
  /// tag.
  int losses() const { return losses_; }
  /// Damaged places since the last frame.
  int pending_losses() const { return pending_; }

 private:
  Decoder(Owned<AVCodecContext> context, Owned<AVFrame> frame, AVRational time_base)
      : context_(std::move(context)), frame_(std::move(frame)), time_base_(time_base) {}
  Status receive(const OnFrame& on_frame);

  Owned<AVCodecContext> context_;
  Owned<AVFrame> frame_;
  AVRational time_base_;
  int losses_ = 0;
  int pending_ = 0;
};

}  // namespace skald::media
