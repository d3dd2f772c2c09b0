// FFmpeg's C types with owners, and its messages in our log.
#pragma once
#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

namespace skald::media {

struct FreeFfmpeg {
  void operator()(AVFormatContext* context) const { ::avformat_close_input(&context); }
  void operator()(AVIOContext* io) const {
    ::av_freep(static_cast<void*>(&io->buffer));
    ::avio_context_free(&io);
  }
  void operator()(AVCodecContext* context) const { ::avcodec_free_context(&context); }
  void operator()(AVPacket* packet) const { ::av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { ::av_frame_free(&frame); }
  void operator()(SwrContext* context) const { ::swr_free(&context); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeFfmpeg>;

/// FFmpeg's words for one of its error numbers.
std::string ffmpeg_error(int number);

/// Sends FFmpeg's errors to standard error, the first fifty of a process: a hostile file causes millions.
void quiet_ffmpeg();

}  // namespace skald::media
