#include "engines/media/decoder.hpp"

#include <cerrno>
#include <new>

namespace skald::media {

Result<Decoder> Decoder::create(const AVStream& stream, const std::string& which) {
  const AVCodec* codec = ::avcodec_find_decoder(stream.codecpar->codec_id);
  const std::string name = ::avcodec_get_name(stream.codecpar->codec_id);
  if (codec == nullptr)
    return fail(ErrorCode::UnreadableMedia, which + " uses a codec that is not supported (" + name + ")",
                "Convert the recording to FLAC, MP3 or M4A.");
  Owned<AVCodecContext> context(::avcodec_alloc_context3(codec));
  Owned<AVFrame> frame(::av_frame_alloc());
  if (!context || !frame) throw std::bad_alloc();
  int status = ::avcodec_parameters_to_context(context.get(), stream.codecpar);
  context->pkt_timebase = stream.time_base;
  context->thread_count = 1;
  if (status >= 0) status = ::avcodec_open2(context.get(), codec, nullptr);
  if (status < 0)
    return fail(ErrorCode::UnreadableMedia,
                which + " cannot be decoded (" + name + ", " + ffmpeg_error(status) + ")");
  return Decoder(std::move(context), std::move(frame), stream.time_base);
}

Status Decoder::decode(const AVPacket* packet, const OnFrame& on_frame) {
  for (;;) {
    const int status = ::avcodec_send_packet(context_.get(), packet);
    TRY_VOID(receive(on_frame));
    if (status == AVERROR(EAGAIN)) continue;  // the decoder was full; receive() has emptied it
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0 && status != AVERROR_EOF) ++pending_;
    return {};
  }
}

Status Decoder::receive(const OnFrame& on_frame) {
  for (;;) {
    const int status = ::avcodec_receive_frame(context_.get(), frame_.get());
    if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return {};
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0) {
      ++pending_;
      return {};
    }
    std::optional<double> stamp;
    if (frame_->best_effort_timestamp != AV_NOPTS_VALUE)
      stamp = static_cast<double>(frame_->best_effort_timestamp) * av_q2d(time_base_);
    const Status handled = on_frame(*frame_, stamp);
    ::av_frame_unref(frame_.get());
    TRY_VOID(handled);
    losses_ += pending_;
    pending_ = 0;
  }
}

}  // namespace skald::media
