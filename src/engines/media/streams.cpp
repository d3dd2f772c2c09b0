// What a container says about its streams, in our words.
#include <cstdio>

#include "engines/media/container.hpp"

namespace skald::media {
namespace {

std::string tag(const AVDictionary* tags, const char* key) {
  const AVDictionaryEntry* entry = ::av_dict_get(tags, key, nullptr, 0);
  return entry == nullptr ? std::string() : std::string(entry->value);
}

std::string kind(const AVStream& stream) {
  if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) return "picture";
  const char* name = ::av_get_media_type_string(stream.codecpar->codec_type);
  return name == nullptr ? "unknown" : name;
}

Seconds in_seconds(std::int64_t value, AVRational base) {
  return {value == AV_NOPTS_VALUE ? 0.0 : static_cast<double>(value) * av_q2d(base)};
}

// Matroska writes the length of each stream as a tag, "00:01:02.500000000".
std::optional<Seconds> tagged_duration(const AVStream& stream) {
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  if (std::sscanf(tag(stream.metadata, "DURATION").c_str(), "%d:%d:%lf", &hours, &minutes, &seconds) != 3)
    return {};
  return Seconds{hours * 3600.0 + minutes * 60.0 + seconds};
}

bool is_encrypted(const AVStream& stream) {
  const std::uint32_t code = stream.codecpar->codec_tag;
  return code == MKTAG('e', 'n', 'c', 'a') || code == MKTAG('d', 'r', 'm', 's') ||
         code == MKTAG('a', 'a', 'v', 'd') ||
         ::av_stream_get_side_data(&stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nullptr) != nullptr;
}

StreamInfo describe_stream(const AVStream& stream, double origin) {
  StreamInfo info;
  info.index = stream.index;
  info.kind = kind(stream);
  info.codec = ::avcodec_get_name(stream.codecpar->codec_id);
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
    info.channels = stream.codecpar->ch_layout.nb_channels;
    info.sample_rate = stream.codecpar->sample_rate;
  }
  if (stream.start_time != AV_NOPTS_VALUE)
    info.start = in_seconds(stream.start_time, stream.time_base) - Seconds{origin};
  info.duration = stream.duration > 0 ? in_seconds(stream.duration, stream.time_base)
                                      : tagged_duration(stream).value_or(Seconds{});
  info.title = tag(stream.metadata, "title");
  info.language = tag(stream.metadata, "language");
  return info;
}

}  // namespace

std::string to_string(const StreamInfo& stream) {
  std::string text = stream.kind + ", " + stream.codec;
  if (stream.channels > 0)
    text += ", " + std::to_string(stream.channels) + (stream.channels == 1 ? " channel, " : " channels, ") +
            std::to_string(stream.sample_rate) + " Hz";
  if (!stream.language.empty() && stream.language != "und") text += ", " + stream.language;
  if (!stream.title.empty()) text += ", \"" + stream.title + "\"";
  return text;
}

MediaProbe Container::describe() const {
  MediaProbe probe;
  probe.container = context_->iformat->name;
  probe.duration = in_seconds(context_->duration, AV_TIME_BASE_Q);
  probe.best_audio =
      std::max(-1, ::av_find_best_stream(context_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0));
  for (unsigned i = 0; i < context_->nb_streams; ++i)
    probe.streams.push_back(describe_stream(*context_->streams[i], origin()));
  return probe;
}

std::string Container::list_streams() const {
  std::string text;
  for (const StreamInfo& stream : describe().streams) {
    if (!text.empty()) text += "; ";
    text += "stream " + std::to_string(stream.index) + ": " + to_string(stream);
  }
  return text.empty() ? "it has no streams" : text;
}

Result<const AVStream*> Container::choose_audio(int wanted) {
  const std::string& name = source_->input().name();
  const int best = ::av_find_best_stream(context_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (best < 0)
    return fail(ErrorCode::UnreadableMedia, name + " has no sound (" + list_streams() + ")",
                "Choose a recording with sound.");
  const int index = wanted < 0 ? best : wanted;
  if (index >= static_cast<int>(context_->nb_streams) ||
      context_->streams[index]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
    return fail(ErrorCode::InvalidInput,
                name + " has no audio stream " + std::to_string(index) + " (" + list_streams() + ")",
                "Choose one of its audio streams.");
  const AVStream* stream = context_->streams[index];
  const std::string which = "stream " + std::to_string(index) + " of " + name;
  if (is_encrypted(*stream))
    return fail(ErrorCode::UnreadableMedia, which + " is encrypted", "Give a copy without copy protection.");
  if (stream->codecpar->ch_layout.nb_channels > kMaxChannels)
    return fail(ErrorCode::InvalidInput,
                which + " has " + std::to_string(stream->codecpar->ch_layout.nb_channels) +
                    " channels; at most " + std::to_string(kMaxChannels) + " are read");
  for (unsigned i = 0; i < context_->nb_streams; ++i)
    context_->streams[i]->discard = static_cast<int>(i) == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  chosen_ = stream;
  return stream;
}

std::optional<Seconds> Container::promised_end() const {
  const AVStream& stream = *chosen_;
  if (const std::uint64_t missing = source_->missing_wav_bytes();
      missing > 0 && stream.codecpar->bit_rate > 0)
    return Seconds{static_cast<double>(source_->input().size() + missing) * 8 /
                   static_cast<double>(stream.codecpar->bit_rate)};
  if (context_->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) return {};
  const double start =
      stream.start_time == AV_NOPTS_VALUE ? origin() : in_seconds(stream.start_time, stream.time_base).value;
  if (stream.duration > 0)
    return Seconds{start + in_seconds(stream.duration, stream.time_base).value - origin()};
  if (const auto tagged = tagged_duration(stream)) return tagged;
  if (context_->nb_streams == 1 && context_->duration > 0)
    return in_seconds(context_->duration, AV_TIME_BASE_Q);
  return {};
}

}  // namespace skald::media
