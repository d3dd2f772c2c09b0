#include <algorithm>
#include <chrono>
#include <cmath>

#include "engines/media/clock.hpp"
#include "engines/media/container.hpp"
#include "engines/media/decoder.hpp"
#include "engines/media/media.hpp"
#include "engines/media/mix.hpp"
#include "engines/media/track.hpp"

namespace skald::media {
namespace {

// Calls back at most ten times a second, so that neither events nor questions cost time.
class Ticker {
 public:
  Ticker(const Progress& progress, const Cancelled& cancelled) : progress_(progress), cancelled_(cancelled) {}

  Status tick(double share) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(100)) return {};
    last_ = now;
    if (cancelled_ && cancelled_()) return fail(ErrorCode::Cancelled, "cancelled");
    share_ = std::max(share_, share);
    if (progress_) progress_(share_);
    return {};
  }

 private:
  const Progress& progress_;
  const Cancelled& cancelled_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double share_ = 0;
};

// One decode from the first packet to the last.
class Run {
 public:
  Run(Container& container, const AVStream& stream, std::string which, WavWriter& audio)
      : container_(container),
        stream_(stream),
        which_(std::move(which)),
        track_(audio),
        clock_(container.origin(), container.promised_end()) {}

  Status decode(Ticker& ticker);
  Status finish(MediaInfo& info);

 private:
  Status add_frame(const AVFrame& frame, std::optional<double> stamp);
  Status check_frame(const AVFrame& frame) const;
  bool same_format(const AVFrame& frame) const;
  void warn_about_end(std::vector<std::string>& warnings) const;

  Container& container_;
  const AVStream& stream_;
  std::string which_;
  Track track_;
  Clock clock_;
  std::optional<Decoder> decoder_;
  std::optional<MonoMixer> mixer_;
  int rate_ = 0;
  int channels_ = 0;
  AVChannelOrder order_ = AV_CHANNEL_ORDER_UNSPEC;
  std::uint64_t mask_ = 0;
  int first_rate_ = 0;
  int first_channels_ = 0;
};

Status Run::decode(Ticker& ticker) {
  decoder_ = TRY(Decoder::create(stream_, which_));
  const Owned<AVPacket> packet(::av_packet_alloc());
  const Decoder::OnFrame on_frame = [this](const AVFrame& frame, std::optional<double> stamp) {
    return add_frame(frame, stamp);
  };
  for (;;) {
    TRY_VOID(ticker.tick(container_.share_read()));
    const Container::Read read = TRY(container_.read(*packet));
    if (read == Container::Read::End) break;
    if (read == Container::Read::Skipped) continue;
    if (::av_packet_get_side_data(packet.get(), AV_PKT_DATA_ENCRYPTION_INFO, nullptr) != nullptr)
      return fail(ErrorCode::UnreadableMedia, which_ + " is encrypted",
                  "Give a copy without copy protection.");
    TRY_VOID(decoder_->decode(packet.get(), on_frame));
  }
  TRY_VOID(decoder_->decode(nullptr, on_frame));
  return track_.finish();
}

Status Run::check_frame(const AVFrame& frame) const {
  if (frame.sample_rate < kMinRate || frame.sample_rate > kMaxRate)
    return fail(ErrorCode::UnreadableMedia,
                which_ + " has a sample rate of " + std::to_string(frame.sample_rate) + " Hz; " +
                    std::to_string(kMinRate) + " to " + std::to_string(kMaxRate) + " are read");
  const int channels = frame.ch_layout.nb_channels;
  if (channels < 1 || channels > kMaxChannels)
    return fail(ErrorCode::UnreadableMedia, which_ + " has " + std::to_string(channels) + " channels; 1 to " +
                                                std::to_string(kMaxChannels) + " are read");
  if (to_seconds(track_.length()) > kMaxLength)
    return fail(ErrorCode::InvalidInput, which_ + " is longer than 12 hours",
                "Cut the recording into parts.");
  return {};
}

bool Run::same_format(const AVFrame& frame) const {
  return mixer_ && rate_ == frame.sample_rate && channels_ == frame.ch_layout.nb_channels &&
         order_ == frame.ch_layout.order && mask_ == frame.ch_layout.u.mask;
}

Status Run::add_frame(const AVFrame& frame, std::optional<double> stamp) {
  if (frame.nb_samples <= 0) return {};
  TRY_VOID(check_frame(frame));
  if (decoder_->pending_losses() > 0) clock_.mark_loss();
  const Placement placement = clock_.place(stamp, track_.now());
  if (!same_format(frame)) {
    // Joined files and broadcasts change their format on the way.
    if (!mixer_) {
      first_rate_ = frame.sample_rate;
      first_channels_ = frame.ch_layout.nb_channels;
    }
    mixer_.emplace(frame.ch_layout, frame.sample_rate);
    rate_ = frame.sample_rate;
    channels_ = frame.ch_layout.nb_channels;
    order_ = frame.ch_layout.order;
    mask_ = frame.ch_layout.u.mask;
    TRY_VOID(track_.begin_run(rate_, placement.silence));
  } else if (placement.silence > Seconds{0}) {
    TRY_VOID(track_.begin_run(rate_, placement.silence));
  }
  const auto skip =
      static_cast<int>(std::min<double>(frame.nb_samples, std::round(placement.drop.value * rate_)));
  return track_.append(TRY(mixer_->mix(frame, skip)));
}

void Run::warn_about_end(std::vector<std::string>& warnings) const {
  const Seconds end = track_.now();
  const auto promised = container_.promised_end();
  if (promised && promised->value - end.value > std::max(1.0, 0.002 * promised->value))
    warnings.push_back("the file ends early at " + clock_time(end) + "; its header says " +
                       clock_time(*promised));
  else if (container_.ended_damaged())
    warnings.push_back("the file is damaged at " + clock_time(end) + "; what follows could not be read");
  if (const int losses = decoder_->losses(); losses > 0)
    warnings.push_back(std::to_string(losses) +
                       (losses == 1 ? " damaged place was" : " damaged places were") + " left out");
}

Status Run::finish(MediaInfo& info) {
  if (track_.length() == Samples{0}) {
    if (decoder_->pending_losses() > 0)
      return fail(ErrorCode::UnreadableMedia,
                  "nothing in " + which_ + " can be decoded: it is damaged or encrypted");
    return fail(ErrorCode::UnreadableMedia, which_ + " holds no sound at all",
                "Check that the recording worked.");
  }
  info.samples = track_.length();
  info.channels = first_channels_;
  info.sample_rate = first_rate_;
  info.peak_dbfs = track_.levels().peak_dbfs();
  info.mean_dbfs = track_.levels().mean_dbfs();
  info.warnings.insert(info.warnings.end(), clock_.warnings().begin(), clock_.warnings().end());
  warn_about_end(info.warnings);
  return {};
}

// Which stream was taken is worth a word where there was a choice.
std::optional<std::string> choice_warning(const MediaProbe& probe, int taken) {
  const auto audio = std::count_if(probe.streams.begin(), probe.streams.end(),
                                   [](const StreamInfo& s) { return s.kind == "audio"; });
  if (audio < 2) return {};
  return "the file has " + std::to_string(audio) + " audio streams; stream " + std::to_string(taken) +
         " was taken (" + to_string(probe.streams[static_cast<std::size_t>(taken)]) + ")";
}

Result<MediaInfo> decode_input(const InputFile& input, int wanted, WavWriter& audio, const Progress& progress,
                               const Cancelled& cancelled) {
  Container container = TRY(Container::open(input, cancelled));
  const AVStream* stream = TRY(container.choose_audio(wanted));
  const MediaProbe probe = container.describe();
  const std::string which = "stream " + std::to_string(stream->index) + " of " + input.name();
  if (const auto end = container.promised_end(); end && *end > kMaxLength)
    return fail(ErrorCode::InvalidInput, which + " is longer than 12 hours", "Cut the recording into parts.");
  MediaInfo info;
  info.container = probe.container;
  info.codec = ::avcodec_get_name(stream->codecpar->codec_id);
  info.stream = stream->index;
  info.input_size = input.size();
  info.input_mtime_ns = input.modified_ns();
  if (wanted < 0)
    if (auto text = choice_warning(probe, stream->index)) info.warnings.push_back(std::move(*text));
  Ticker ticker(progress, cancelled);
  Run run(container, *stream, which, audio);
  TRY_VOID(run.decode(ticker));
  TRY_VOID(run.finish(info));
  return info;
}

bool may_come_from_change(ErrorCode code) {
  return code == ErrorCode::UnreadableMedia || code == ErrorCode::InvalidInput;
}

}  // namespace

Result<Decoding> Decoding::prepare(const DecodeJob& job) {
  InputFile input = TRY(InputFile::open(job.input));
  TRY_VOID(make_directories(job.output));
  WavWriter audio = TRY(WavWriter::create(job.output / "audio.wav"));
  PendingFile description = TRY(PendingFile::create(job.output / "media.json"));
  return Decoding(std::move(input), job.stream, std::move(audio), std::move(description));
}

Result<MediaInfo> Decoding::run(const Progress& progress, const Cancelled& cancelled) {
  Result<MediaInfo> info = decode_input(input_, stream_, audio_, progress, cancelled);
  // A file that changes under the decoder looks damaged, too.
  if (info || may_come_from_change(info.error().code)) TRY_VOID(input_.check_unchanged());
  if (!info) return info;
  TRY_VOID(audio_.finish());
  TRY_VOID(description_.append(to_json_text(*info)));
  TRY_VOID(description_.commit());
  return info;
}

Result<MediaInfo> decode(const DecodeJob& job, const Progress& progress, const Cancelled& cancelled) {
  return TRY(Decoding::prepare(job)).run(progress, cancelled);
}

Result<MediaProbe> probe(const InputFile& input) {
  return TRY(Container::open(input, nullptr)).describe();
}

Result<MediaProbe> probe(const std::filesystem::path& path) {
  const InputFile input = TRY(InputFile::open(path));
  return probe(input);
}

}  // namespace skald::media
