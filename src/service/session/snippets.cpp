// A sound file for every segment, for tools that want to hear them.
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <vector>

#include "platform/wav/wav.hpp"
#include "service/session/run_state.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

const Track& track_of(const Segment& segment, const std::vector<Track>& tracks) {
  for (const Track& track : tracks)
    if (track.speaker_id == segment.speaker_id) return track;
  return tracks.front();
}

// Thousands of small files: the folder that holds them is synced once, when it gets its name.
Status write_wav(const fs::path& path, std::span<const std::int16_t> samples) {
  const auto bytes = static_cast<std::uint32_t>(samples.size_bytes());
  std::string header = "RIFF....WAVEfmt ";
  const auto put = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) header += static_cast<char>((value >> (8 * i)) & 0xFF);
  };
  put(16, 4);
  put(1, 2);
  put(1, 2);
  put(kSampleRate, 4);
  put(kSampleRate * 2, 4);
  put(2, 2);
  put(16, 2);
  header += "data";
  put(bytes, 4);
  const std::uint32_t riff = bytes + 36;
  for (std::size_t i = 0; i < 4; ++i) header[4 + i] = static_cast<char>((riff >> (8 * i)) & 0xFF);
  std::ofstream out(path, std::ios::binary);
  out.write(header.data(), static_cast<std::streamsize>(header.size()));
  out.write(reinterpret_cast<const char*>(samples.data()), static_cast<std::streamsize>(bytes));
  out.close();
  if (!out) return tl::unexpected(errno_error(errno, "cannot write", path.string()));
  return {};
}

}  // namespace

Status write_snippets(const SessionResult& result, const std::vector<Track>& tracks, const fs::path& folder) {
  TRY_VOID(make_directories(folder));
  std::map<const Track*, WavFile> audio;
  std::vector<std::int16_t> samples;
  for (const Track& track : tracks)
    audio.emplace(&track, TRY(WavFile::open(track.audio->directory / "audio.wav")));
  for (std::size_t i = 0; i < result.segments.size(); ++i) {
    const Segment& segment = result.segments[i];
    samples.clear();
    audio.at(&track_of(segment, tracks))
        .append_to(samples, to_samples(segment.span.start), to_samples(segment.span.end));
    TRY_VOID(write_wav(folder / snippet_name(i + 1, segment.speaker_id), samples));
  }
  return write_snippets_manifest(result, folder);
}

}  // namespace skald
