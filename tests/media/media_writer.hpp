// Makes media files of known content for tests: any codec and container that FFmpeg writes, with time stamps
// as wanted.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace skald {

/// Amplitude at a time (seconds from the start of the recording) in a channel.
using Signal = std::function<double(double time, int channel)>;

/// A sound without repetition: where it lies in time can be told to a fraction of a sample. Peak below 0.5.
double test_signal(double time, int channel);
/// Another one, for telling tracks apart.
double other_signal(double time, int channel);

/// A stretch of samples in a track: `start` is the time stamp of its first sample.
struct Stretch {
  double start = 0;
  double duration = 0;
};

struct TrackSpec {
  std::string codec = "pcm_s16le";  // encoder name
  int rate = 16000;
  int channels = 1;
  std::vector<Stretch> stretches = {{0, 2}};
  Signal signal = test_signal;
  std::string title;
  std::string language;
  double stamp_jitter = 0;  // added to every second time stamp
};

enum class Video { None, Small };

struct MediaSpec {
  std::string container;  // muxer name; empty: from the file's name
  std::vector<TrackSpec> tracks = {{}};
  Video video = Video::None;
  double video_duration = 2;
};

/// Writes the file; fails the test where FFmpeg lacks the encoder or muxer.
std::filesystem::path write_media(const std::filesystem::path& path, const MediaSpec& spec);

}  // namespace skald
