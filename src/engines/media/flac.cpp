#include "engines/media/flac.hpp"

#include <algorithm>
#include <new>

#include "engines/media/ffmpeg.hpp"

namespace skald::media {
namespace {

struct FreeMuxer {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr) {
      std::uint8_t* bytes = nullptr;
      ::avio_close_dyn_buf(context->pb, &bytes);
      ::av_free(bytes);
    }
    ::avformat_free_context(context);
  }
};
using Muxer = std::unique_ptr<AVFormatContext, FreeMuxer>;

Error encoder_error(int status) {
  if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
  return {ErrorCode::Internal, "cannot make a FLAC file (" + ffmpeg_error(status) + ")", {}};
}

class FlacWriter {
 public:
  static Result<FlacWriter> create() {
    FlacWriter writer;
    const AVCodec* codec = ::avcodec_find_encoder(AV_CODEC_ID_FLAC);
    if (codec == nullptr)
      return fail(ErrorCode::Internal, "this FFmpeg cannot write FLAC",
                  "Install FFmpeg with its FLAC encoder.");
    writer.encoder_.reset(::avcodec_alloc_context3(codec));
    writer.frame_.reset(::av_frame_alloc());
    writer.packet_.reset(::av_packet_alloc());
    AVFormatContext* muxer = nullptr;
    int status = ::avformat_alloc_output_context2(&muxer, nullptr, "flac", nullptr);
    writer.muxer_.reset(muxer);
    if (!writer.encoder_ || !writer.frame_ || !writer.packet_) throw std::bad_alloc();
    if (status >= 0) status = writer.open(*codec);
    if (status < 0) return tl::unexpected(encoder_error(status));
    return writer;
  }

  Status append(std::span<const std::int16_t> samples) {
    frame_->nb_samples = static_cast<int>(samples.size());
    frame_->format = AV_SAMPLE_FMT_S16;
    frame_->sample_rate = static_cast<int>(kSampleRate);
    ::av_channel_layout_default(&frame_->ch_layout, 1);
    frame_->pts = position_;
    position_ += static_cast<std::int64_t>(samples.size());
    int status = ::av_frame_get_buffer(frame_.get(), 0);
    if (status < 0) return tl::unexpected(encoder_error(status));
    std::copy(samples.begin(), samples.end(), reinterpret_cast<std::int16_t*>(frame_->data[0]));
    status = drain(frame_.get());
    ::av_frame_unref(frame_.get());
    if (status < 0) return tl::unexpected(encoder_error(status));
    return {};
  }

  std::size_t frame_size() const { return static_cast<std::size_t>(encoder_->frame_size); }

  Result<std::vector<std::uint8_t>> finish() {
    int status = drain(nullptr);
    if (status >= 0) status = ::av_write_trailer(muxer_.get());
    if (status < 0) return tl::unexpected(encoder_error(status));
    std::uint8_t* bytes = nullptr;
    const int size = ::avio_close_dyn_buf(muxer_->pb, &bytes);
    muxer_->pb = nullptr;
    std::vector<std::uint8_t> file(bytes, bytes + size);
    ::av_free(bytes);
    return file;
  }

 private:
  int open(const AVCodec& codec) {
    encoder_->sample_rate = static_cast<int>(kSampleRate);
    encoder_->sample_fmt = AV_SAMPLE_FMT_S16;
    encoder_->time_base = {1, static_cast<int>(kSampleRate)};
    encoder_->thread_count = 1;
    encoder_->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
    muxer_->flags |= AVFMT_FLAG_BITEXACT;
    ::av_channel_layout_default(&encoder_->ch_layout, 1);
    int status = ::avcodec_open2(encoder_.get(), &codec, nullptr);
    if (status < 0) return status;
    AVStream* stream = ::avformat_new_stream(muxer_.get(), nullptr);
    if (stream == nullptr) return AVERROR(ENOMEM);
    stream->time_base = encoder_->time_base;
    status = ::avcodec_parameters_from_context(stream->codecpar, encoder_.get());
    if (status >= 0) status = ::avio_open_dyn_buf(&muxer_->pb);
    if (status >= 0) status = ::avformat_write_header(muxer_.get(), nullptr);
    return status;
  }

  int drain(const AVFrame* frame) {
    int status = ::avcodec_send_frame(encoder_.get(), frame);
    while (status >= 0) {
      status = ::avcodec_receive_packet(encoder_.get(), packet_.get());
      if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return 0;
      if (status < 0) return status;
      ::av_packet_rescale_ts(packet_.get(), encoder_->time_base, muxer_->streams[0]->time_base);
      packet_->stream_index = 0;
      status = ::av_write_frame(muxer_.get(), packet_.get());
      ::av_packet_unref(packet_.get());
    }
    return status;
  }

  Owned<AVCodecContext> encoder_;
  Owned<AVFrame> frame_;
  Owned<AVPacket> packet_;
  Muxer muxer_;
  std::int64_t position_ = 0;
};

}  // namespace

Result<std::vector<std::uint8_t>> to_flac(std::span<const std::int16_t> samples, const Cancelled& cancelled) {
  if (samples.empty()) return fail(ErrorCode::Usage, "there is no audio to make a FLAC file of");
  if (samples.size() > static_cast<std::size_t>(kLongestFlac.value))
    return fail(ErrorCode::Usage, "a FLAC file of more than ten minutes was asked for");
  FlacWriter writer = TRY(FlacWriter::create());
  while (!samples.empty()) {
    if (cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    const auto count = std::min(samples.size(), writer.frame_size());
    TRY_VOID(writer.append(samples.first(count)));
    samples = samples.subspan(count);
  }
  return writer.finish();
}

}  // namespace skald::media
