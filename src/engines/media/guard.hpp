// What of FFmpeg may be used: containers that are one file with sound in it, and audio decoders.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace skald::media {

/// Demuxer names for AVFormatContext::format_whitelist: all but those that read other files or the network
/// (playlists, image sequences, manifests), devices, still images, subtitles and text.
const std::string& allowed_containers();
/// True if the demuxer of that name (one or more names, with commas) is among them.
bool is_allowed_container(const char* name);
/// Names of all audio decoders, for codec_whitelist: no video is ever decoded, also not to find its size.
const std::string& allowed_decoders();

/// Version of the FFmpeg that runs here, as it names itself ("5.1.6-0+deb12u1").
std::string ffmpeg_version();

/// Text is told from media by its first bytes. Playlist: text that leads to other files.
enum class Content { Binary, Text, Playlist };
Content guess_content(std::span<const std::uint8_t> head);

}  // namespace skald::media
