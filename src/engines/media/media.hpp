// Media files of any kind to the audio that all stages share: 16 kHz, mono, 16 bit.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/time.hpp"
#include "engines/media/input_file.hpp"
#include "platform/wav/wav.hpp"

namespace skald::media {

inline constexpr int kMaxStreams = 256;
inline constexpr int kMaxChannels = 256;
inline constexpr int kMinRate = 1000;
inline constexpr int kMaxRate = 768000;
inline constexpr Seconds kMaxLength{12 * 3600.0};
inline constexpr double kSilenceDbfs = -120;  // stands for digital silence, whose level has no number

struct StreamInfo {
  int index = 0;
  std::string kind;   // audio, video, picture, subtitle, data, attachment
  std::string codec;  // "aac"
  int channels = 0;   // 0: no audio
  int sample_rate = 0;
  Seconds start;     // after the start of the recording
  Seconds duration;  // 0: unknown
  std::string title;
  std::string language;
};

struct MediaProbe {
  std::string container;  // "matroska,webm"
  Seconds duration;       // as the header says, or estimated; 0: unknown
  int best_audio = -1;    // index of the stream that decode() takes; -1: none
  std::vector<StreamInfo> streams;
};

/// Lists the streams of a file. The input must be one that InputFile::open() gave.
Result<MediaProbe> probe(const InputFile& input);
Result<MediaProbe> probe(const std::filesystem::path& path);

struct DecodeJob {
  std::filesystem::path input;
  int stream = -1;               // index as in MediaProbe; -1: the best audio stream
  std::filesystem::path output;  // folder for audio.wav and media.json
};

struct MediaInfo {
  Samples samples;
  std::string container;
  std::string codec;
  int stream = 0;
  int channels = 0;
  int sample_rate = 0;
  double peak_dbfs = kSilenceDbfs;  // highest sample of audio.wav, against full scale
  double mean_dbfs = kSilenceDbfs;  // root mean square of audio.wav
  std::uint64_t input_size = 0;
  std::int64_t input_mtime_ns = 0;
  std::vector<std::string> warnings;
};

using Progress =
    std::function<void(double share)>;    // share of the file read, 0 to 1; at most ten times a second
using Cancelled = std::function<bool()>;  // asked at least every second

/// A decode whose files are all open, so that the process may enter a sandbox before run() reads the input.
class Decoding {
 public:
  /// Opens the input and makes the output files. Errors: NotFound, InvalidInput (empty), Permission, Io.
  static Result<Decoding> prepare(const DecodeJob& job);
  /// Decodes once from start to end in constant memory and commits audio.wav and media.json. Times in the
  /// output are seconds from the start of the recording: start offsets and gaps of the stream become silence.
  /// Errors: UnreadableMedia, InvalidInput (stream, length), InputChanged, Cancelled, NoSpace, Io.
  Result<MediaInfo> run(const Progress& progress, const Cancelled& cancelled);

 private:
  Decoding(InputFile input, int stream, WavWriter audio, PendingFile description)
      : input_(std::move(input)),
        stream_(stream),
        audio_(std::move(audio)),
        description_(std::move(description)) {}
  InputFile input_;
  int stream_;
  WavWriter audio_;
  PendingFile description_;
};

/// prepare() and run() in one, without a sandbox.
Result<MediaInfo> decode(const DecodeJob& job, const Progress& progress, const Cancelled& cancelled);

/// What media.json holds.
std::string to_json_text(const MediaInfo& info);

}  // namespace skald::media
