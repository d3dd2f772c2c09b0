#include "engines/media/container.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "engines/media/guard.hpp"

namespace skald::media {
namespace {

constexpr std::size_t kProbeSize = 1 << 20;  // as much as FFmpeg itself looks at
constexpr std::size_t kTextHead = 4096;
constexpr int kMinScore = 2;  // 1 is what random bytes reach
constexpr int kMaxFailures = 100;

// Demuxers ask here for every further file; there is none for them.
int refuse_open(AVFormatContext* /*context*/, AVIOContext** io, const char* /*url*/, int /*flags*/,
                AVDictionary** /*options*/) {
  *io = nullptr;
  return AVERROR(EACCES);
}

Result<const AVInputFormat*> find_format(const Source& source) {
  const std::string& name = source.input().name();
  std::vector<std::uint8_t> head = TRY(source.head(kProbeSize));
  switch (guess_content(std::span(head).first(std::min(head.size(), kTextHead)))) {
    case Content::Playlist:
      return fail(ErrorCode::UnreadableMedia, name + " is a playlist, not a recording",
                  "Give the recording itself.");
    case Content::Text:
      return fail(ErrorCode::UnreadableMedia, name + " is a text file, not a recording",
                  "Give an audio or video file; the name alone does not make it one.");
    case Content::Binary:
      break;
  }
  AVProbeData data{};
  data.filename = "";
  data.buf_size = static_cast<int>(head.size());
  head.resize(head.size() + AVPROBE_PADDING_SIZE);
  data.buf = head.data();
  int score = 0;
  const AVInputFormat* format = ::av_probe_input_format3(&data, 1, &score);
  if (format == nullptr || score < kMinScore)
    return fail(ErrorCode::UnreadableMedia, name + " is not an audio or video file that is known here");
  if (!is_allowed_container(format->name))
    return fail(ErrorCode::UnreadableMedia,
                name + " is of a kind that is not opened (" + format->name +
                    "): it has no sound, or leads to other files",
                "Give the recording itself.");
  return format;
}

Owned<AVFormatContext> make_context(AVIOContext* io) {
  Owned<AVFormatContext> context(::avformat_alloc_context());
  if (!context) throw std::bad_alloc();
  context->pb = io;
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = refuse_open;
  context->max_streams = kMaxStreams;
  context->protocol_whitelist = ::av_strdup("file");
  context->format_whitelist = ::av_strdup(allowed_containers().c_str());
  context->codec_whitelist = ::av_strdup(allowed_decoders().c_str());
  return context;
}

}  // namespace

Error Container::error(int number, std::string message, std::string advice) const {
  if (source_->cancelled()) return {ErrorCode::Cancelled, "cancelled", ""};
  if (source_->read_error() != 0)
    return errno_error(source_->read_error(), "cannot read", source_->input().name());
  if (number == AVERROR(ENOMEM))
    return {ErrorCode::OutOfMemory, "reading " + source_->input().name() + " needs too much memory",
            "Check that the file plays in a media player."};
  return {ErrorCode::UnreadableMedia, std::move(message), std::move(advice)};
}

Result<Container> Container::open(const InputFile& input, const Cancelled& cancelled) {
  quiet_ffmpeg();
  Container container;
  container.source_ = std::make_unique<Source>(input, cancelled);
  const AVInputFormat* format = TRY(find_format(*container.source_));
  TRY_VOID(container.open_context(*format));
  return container;
}

Status Container::open_context(const AVInputFormat& format) {
  AVFormatContext* raw = make_context(source_->io()).release();
  const std::string damaged = source_->input().name() + " cannot be opened (" + format.name + ", ";
  const std::string unclosed =
      "The recording may not have been closed properly; a repair tool for such files may help.";
  int status = ::avformat_open_input(&raw, nullptr, &format, nullptr);  // frees the context when it fails
  if (status < 0)
    return tl::unexpected(
        error(status, damaged + ffmpeg_error(status) + "): it is damaged or incomplete", unclosed));
  context_.reset(raw);
  status = ::avformat_find_stream_info(raw, nullptr);
  if (status < 0 || source_->cancelled())
    return tl::unexpected(
        error(status, damaged + ffmpeg_error(status) + "): it is damaged or incomplete", unclosed));
  return {};
}

Result<Container::Read> Container::read(AVPacket& packet) {
  ::av_packet_unref(&packet);
  const int status = ::av_read_frame(context_.get(), &packet);
  if (status >= 0) {
    failures_ = 0;
    return packet.stream_index == chosen_->index ? Read::Packet : Read::Skipped;
  }
  if (source_->cancelled() || source_->read_error() != 0) return tl::unexpected(error(status, "", ""));
  if (status == AVERROR_EOF) return Read::End;
  if (status == AVERROR(ENOMEM)) return tl::unexpected(error(status, "", ""));
  // Some demuxers go on behind a damaged place, others return the same error for ever.
  if (++failures_ < kMaxFailures) return Read::Skipped;
  ended_damaged_ = true;
  return Read::End;
}

double Container::share_read() const {
  return source_->share_read();
}

double Container::origin() const {
  if (context_->start_time == AV_NOPTS_VALUE) return 0;
  const double start = static_cast<double>(context_->start_time) / AV_TIME_BASE;
  // A start slightly before zero is the encoder's run-in, which is no part of the recording.
  return start < 0 && start > -0.1 ? 0 : start;
}

}  // namespace skald::media
