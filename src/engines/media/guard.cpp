#include "engines/media/guard.hpp"

#include <algorithm>
#include <array>
#include <string_view>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
}

#include "base/text.hpp"

namespace skald::media {
namespace {

constexpr std::array<std::string_view, 52> kRefused = {
    // lead to other files or to the network
    "concat", "concatf", "hls", "dash", "webm_dash_manifest", "imf", "sdp", "rtp", "rtsp", "sap", "image2",
    "image2pipe", "mlv", "vobsub", "lavfi", "mpjpeg",
    // text and subtitles
    "ffmetadata", "aqtitle", "ass", "jacosub", "lrc", "microdvd", "mpl2", "mpsub", "pjs", "realtext", "sami",
    "sbg", "scc", "srt", "stl", "subviewer", "subviewer1", "sup", "svag_text", "tedcaptions", "vplayer",
    "webvtt", "tty", "mcc", "dvbsub", "dvbtxt",
    // text art, and data without sound
    "adf", "bin", "idf", "xbin", "data", "rawvideo", "bitpacked", "v210", "v210x", "codec2raw"};

bool is_refused(const AVInputFormat& format) {
  const std::string_view name = format.name;
  return (format.flags & AVFMT_NOFILE) != 0 || name.ends_with("_pipe") ||
         std::find(kRefused.begin(), kRefused.end(), name) != kRefused.end();
}

void append_name(std::string& list, std::string_view name) {
  if (!list.empty()) list += ',';
  list += name;
}

std::string list_containers() {
  std::string list;
  void* position = nullptr;
  while (const AVInputFormat* format = ::av_demuxer_iterate(&position))
    if (!is_refused(*format)) append_name(list, format->name);
  return list;
}

std::string list_decoders() {
  std::string list;
  void* position = nullptr;
  while (const AVCodec* codec = ::av_codec_iterate(&position))
    if (::av_codec_is_decoder(codec) != 0 && codec->type == AVMEDIA_TYPE_AUDIO)
      append_name(list, codec->name);
  return list;
}

bool starts_like_playlist(std::string_view text) {
  const std::string start = ascii_lower(trim(text.substr(0, 512)));
  for (const std::string_view mark :
       {"#extm3u", "ffconcat", "[playlist]", "v=0\r", "v=0\n", "<asx", "<smil", "[reference]"})
    if (start.starts_with(mark)) return true;
  return start.find("<mpd") != std::string::npos || start.find("<playlist") != std::string::npos ||
         start.find("<compositionplaylist") != std::string::npos;
}

bool is_control(std::uint8_t byte) {
  return byte == 127 || (byte < 32 && (byte < 8 || byte > 13) && byte != 27);
}

std::ptrdiff_t damaged_characters(std::string_view text) {
  const std::u32string characters = decode_utf8(text);
  return std::count(characters.begin(), characters.end(), U'\uFFFD');
}

}  // namespace

const std::string& allowed_containers() {
  static const std::string list = list_containers();
  return list;
}

bool is_allowed_container(const char* name) {
  // The names of one demuxer stand in the list as they are, so the whole is looked for between commas.
  return ("," + allowed_containers() + ",").find("," + std::string(name) + ",") != std::string::npos;
}

const std::string& allowed_decoders() {
  static const std::string list = list_decoders();
  return list;
}

std::string ffmpeg_version() {
  return ::av_version_info();
}

Content guess_content(std::span<const std::uint8_t> head) {
  if (head.size() >= 2 && ((head[0] == 0xFF && head[1] == 0xFE) || (head[0] == 0xFE && head[1] == 0xFF))) {
    // UTF-16 with its mark: every other byte of European text is zero. No media has that.
    std::size_t zeros = 0;
    for (const std::uint8_t byte : head) zeros += byte == 0 ? 1 : 0;
    if (zeros * 3 >= head.size()) return Content::Text;
  }
  if (std::any_of(head.begin(), head.end(), is_control)) return Content::Binary;
  const auto high =
      static_cast<std::size_t>(std::count_if(head.begin(), head.end(), [](auto b) { return b >= 128; }));
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  // Text in an old one-byte encoding has some high bytes; text in other scripts has many, and is UTF-8.
  if (high * 3 > head.size() && damaged_characters(text) > 1)
    return Content::Binary;  // one: cut at the end of the head
  return starts_like_playlist(text) ? Content::Playlist : Content::Text;
}

}  // namespace skald::media
