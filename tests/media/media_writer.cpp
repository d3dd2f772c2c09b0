#include "media/media_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <stdexcept>

#include "engines/media/ffmpeg.hpp"

namespace skald {
namespace {

using media::Owned;

struct CloseOutput {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr) ::avio_closep(&context->pb);
    ::avformat_free_context(context);
  }
};
using Output = std::unique_ptr<AVFormatContext, CloseOutput>;

int check(int status, const std::string& doing) {
  if (status < 0) throw std::runtime_error(doing + ": " + media::ffmpeg_error(status));
  return status;
}

double sines(double time, const std::vector<double>& frequencies) {
  double sum = 0;
  for (const double f : frequencies) sum += std::sin(2 * std::numbers::pi * f * time);
  return 0.45 * sum / static_cast<double>(frequencies.size());
}

void drain(AVCodecContext& encoder, AVFormatContext& output, const AVStream& stream) {
  const Owned<AVPacket> packet(::av_packet_alloc());
  for (;;) {
    const int status = ::avcodec_receive_packet(&encoder, packet.get());
    if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return;
    check(status, "encode");
    packet->stream_index = stream.index;
    ::av_packet_rescale_ts(packet.get(), encoder.time_base, stream.time_base);
    check(::av_interleaved_write_frame(&output, packet.get()), "write");
  }
}

Owned<AVCodecContext> open_encoder(AVFormatContext& output, const std::string& name,
                                   const std::function<void(AVCodecContext&, const AVCodec&)>& set,
                                   AVStream*& stream) {
  const AVCodec* codec = ::avcodec_find_encoder_by_name(name.c_str());
  if (codec == nullptr) throw std::runtime_error("FFmpeg has no encoder " + name);
  Owned<AVCodecContext> encoder(::avcodec_alloc_context3(codec));
  set(*encoder, *codec);
  encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if ((output.oformat->flags & AVFMT_GLOBALHEADER) != 0) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  check(::avcodec_open2(encoder.get(), codec, nullptr), name);
  stream = ::avformat_new_stream(&output, nullptr);
  stream->time_base = encoder->time_base;
  check(::avcodec_parameters_from_context(stream->codecpar, encoder.get()), name);
  return encoder;
}

// Some encoders name 8 bits first.
AVSampleFormat best_format(const AVCodec& codec) {
  for (const AVSampleFormat* format = codec.sample_fmts; *format != AV_SAMPLE_FMT_NONE; ++format)
    if (*format == AV_SAMPLE_FMT_S16 || *format == AV_SAMPLE_FMT_S16P) return *format;
  return codec.sample_fmts[0];
}

class TrackWriter {
 public:
  TrackWriter(AVFormatContext& output, const TrackSpec& spec) : output_(output), spec_(spec) {
    encoder_ = open_encoder(
        output, spec.codec,
        [&](AVCodecContext& c, const AVCodec& codec) {
          c.sample_rate = spec.rate;
          c.sample_fmt = best_format(codec);
          c.time_base = {1, spec.rate};
          c.bit_rate = 64000 * spec.channels;
          ::av_channel_layout_default(&c.ch_layout, spec.channels);
        },
        stream_);
    if (!spec.title.empty()) ::av_dict_set(&stream_->metadata, "title", spec.title.c_str(), 0);
    if (!spec.language.empty()) ::av_dict_set(&stream_->metadata, "language", spec.language.c_str(), 0);
    SwrContext* raw = nullptr;
    check(::swr_alloc_set_opts2(&raw, &encoder_->ch_layout, encoder_->sample_fmt, spec.rate,
                                &encoder_->ch_layout, AV_SAMPLE_FMT_FLTP, spec.rate, 0, nullptr),
          "convert");
    convert_.reset(raw);
    check(::swr_init(raw), "convert");
  }

  void write() {
    const int frame_size = encoder_->frame_size > 0 ? encoder_->frame_size : 1024;
    int number = 0;
    for (const Stretch& stretch : spec_.stretches) {
      const auto first = std::llround(stretch.start * spec_.rate);
      const auto count = std::llround(stretch.duration * spec_.rate);
      for (std::int64_t done = 0; done < count; done += frame_size, ++number) {
        const double jitter = number % 2 == 1 ? spec_.stamp_jitter : 0;
        write_frame(first + done, static_cast<int>(std::min<std::int64_t>(frame_size, count - done)), jitter);
      }
    }
    check(::avcodec_send_frame(encoder_.get(), nullptr), "encode");
    drain(*encoder_, output_, *stream_);
  }

 private:
  void write_frame(std::int64_t first, int count, double jitter) {
    const Owned<AVFrame> floats(make_frame(AV_SAMPLE_FMT_FLTP, count));
    for (int c = 0; c < spec_.channels; ++c) {
      auto* out = reinterpret_cast<float*>(floats->extended_data[c]);
      for (int i = 0; i < count; ++i)
        out[i] = static_cast<float>(spec_.signal(static_cast<double>(first + i) / spec_.rate, c));
    }
    const Owned<AVFrame> frame(make_frame(encoder_->sample_fmt, count));
    frame->pts = first + std::llround(jitter * spec_.rate);
    check(::swr_convert_frame(convert_.get(), frame.get(), floats.get()), "convert");
    check(::avcodec_send_frame(encoder_.get(), frame.get()), "encode");
    drain(*encoder_, output_, *stream_);
  }

  AVFrame* make_frame(AVSampleFormat format, int count) const {
    AVFrame* frame = ::av_frame_alloc();
    frame->format = format;
    frame->sample_rate = spec_.rate;
    frame->nb_samples = count;
    check(::av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout), "frame");
    check(::av_frame_get_buffer(frame, 0), "frame");
    return frame;
  }

  AVFormatContext& output_;
  const TrackSpec& spec_;
  AVStream* stream_ = nullptr;
  Owned<AVCodecContext> encoder_;
  Owned<SwrContext> convert_;
};

class VideoWriter {
 public:
  explicit VideoWriter(AVFormatContext& output) : output_(output) {
    encoder_ = open_encoder(
        output, "mpeg4",
        [](AVCodecContext& c, const AVCodec&) {
          c.width = c.height = 64;
          c.pix_fmt = AV_PIX_FMT_YUV420P;
          c.time_base = {1, 10};
        },
        stream_);
  }
  void write(double duration) {
    for (int i = 0; i < static_cast<int>(duration * 10); ++i) {
      const Owned<AVFrame> frame(::av_frame_alloc());
      frame->format = AV_PIX_FMT_YUV420P;
      frame->width = frame->height = 64;
      frame->pts = i;
      check(::av_frame_get_buffer(frame.get(), 0), "picture");
      for (int plane = 0; plane < 3; ++plane)
        std::fill_n(frame->data[plane],
                    static_cast<std::size_t>(frame->linesize[plane]) * (plane == 0 ? 64U : 32U),
                    static_cast<std::uint8_t>(100 + i + plane));
      check(::avcodec_send_frame(encoder_.get(), frame.get()), "picture");
      drain(*encoder_, output_, *stream_);
    }
    check(::avcodec_send_frame(encoder_.get(), nullptr), "picture");
    drain(*encoder_, output_, *stream_);
  }

 private:
  AVFormatContext& output_;
  AVStream* stream_ = nullptr;
  Owned<AVCodecContext> encoder_;
};

void write_all(const std::filesystem::path& path, const MediaSpec& spec) {
  AVFormatContext* raw = nullptr;
  check(::avformat_alloc_output_context2(
            &raw, nullptr, spec.container.empty() ? nullptr : spec.container.c_str(), path.c_str()),
        "container");
  const Output output(raw);
  output->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  output->max_interleave_delta = 0;  // tracks are written one after the other
  std::unique_ptr<VideoWriter> video;
  if (spec.video == Video::Small) video = std::make_unique<VideoWriter>(*output);
  std::vector<std::unique_ptr<TrackWriter>> tracks;
  tracks.reserve(spec.tracks.size());
  for (const TrackSpec& track : spec.tracks) tracks.push_back(std::make_unique<TrackWriter>(*output, track));
  check(::avio_open(&output->pb, path.c_str(), AVIO_FLAG_WRITE), "open");
  check(::avformat_write_header(output.get(), nullptr), "header");
  if (video) video->write(spec.video_duration);
  for (const auto& track : tracks) track->write();
  check(::av_write_trailer(output.get()), "trailer");
}

}  // namespace

double test_signal(double time, int /*channel*/) {
  return sines(time, {211.3, 487.7, 733.1, 1103.9, 1789.3, 2917.7});
}
double other_signal(double time, int /*channel*/) {
  return sines(time, {307.1, 611.9, 997.3, 1511.3, 2203.7});
}

std::filesystem::path write_media(const std::filesystem::path& path, const MediaSpec& spec) {
  ::av_log_set_level(AV_LOG_ERROR);
  try {
    write_all(path, spec);
  } catch (const std::runtime_error& e) {
    ADD_FAILURE() << "cannot make " << path << ": " << e.what();
  }
  return path;
}

}  // namespace skald
