// Every kind of file comes out as the same sound, at the same time and level.
#include <gtest/gtest.h>

#include <fstream>

#include "media/listening.hpp"

namespace skald {
namespace {

struct Kind {
  std::string file;
  std::string codec;
  int rate;
  int channels;
  double residue;  // share of the energy that may be something else
  double delay;    // seconds
  Video video = Video::None;
};

std::ostream& operator<<(std::ostream& out, const Kind& kind) {
  return out << kind.codec << " in " << kind.file << ", " << kind.rate << " Hz, " << kind.channels
             << " channels";
}

class Formats : public testing::TestWithParam<Kind> {};

TEST_P(Formats, ComesOutInTimeAndAtItsLevel) {
  const Kind& kind = GetParam();
  TestFolder folder;
  TrackSpec track;
  track.codec = kind.codec;
  track.rate = kind.rate;
  track.channels = kind.channels;
  track.stretches = {{0, 3}};
  const Heard heard = listen(folder, write_media(folder / kind.file, {"", {track}, kind.video, 3}));
  ASSERT_GT(heard.samples.size(), 40000U);
  EXPECT_EQ(heard.info.sample_rate, kind.codec == "libopus" ? 48000 : kind.rate);
  EXPECT_EQ(heard.info.channels, kind.channels);
  EXPECT_NEAR(to_seconds(heard.info.samples).value, 3, kind.residue < 1e-4 ? 0.0001 : 0.1);
  const Match match = find_signal(heard.samples, 0.5, 1.5, test_signal, kind.delay + 0.001);
  EXPECT_LE(std::abs(match.delay), kind.delay);
  EXPECT_LE(match.residue, kind.residue);
  EXPECT_NEAR(match.gain, 1, kind.residue < 1e-4 ? 0.003 : 0.06);  // LAME encodes at 0.95 of the level
  EXPECT_TRUE(heard.info.warnings.empty()) << heard.info.warnings.front();
}

constexpr double kExact = 1.0 / 32000;  // half a sample

INSTANTIATE_TEST_SUITE_P(Lossless, Formats,
                         testing::Values(Kind{"a.wav", "pcm_s16le", 16000, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 44100, 2, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s24le", 48000, 2, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s32le", 48000, 2, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_f32le", 96000, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_f64le", 44100, 1, 1e-6, kExact},
                                         Kind{"a.w64", "pcm_s16le", 22050, 2, 1e-6, kExact},
                                         Kind{"a.aiff", "pcm_s16be", 32000, 1, 1e-6, kExact},
                                         Kind{"a.au", "pcm_s16be", 44100, 1, 1e-6, kExact},
                                         Kind{"a.caf", "alac", 44100, 2, 1e-6, kExact},
                                         Kind{"a.flac", "flac", 48000, 2, 1e-6, kExact},
                                         Kind{"a.flac", "flac", 11025, 1, 1e-6, kExact},
                                         Kind{"a.ogg", "flac", 44100, 1, 1e-6, kExact},
                                         Kind{"a.mkv", "flac", 44100, 2, 1e-6, 0.0006},
                                         Kind{"a.tta", "tta", 44100, 2, 1e-6, kExact},
                                         Kind{"a.wv", "wavpack", 44100, 2, 1e-6, kExact},
                                         Kind{"a.m4a", "alac", 44100, 2, 1e-6, kExact},
                                         Kind{"a.mov", "pcm_s16le", 48000, 2, 1e-6, kExact, Video::Small},
                                         Kind{"a.avi", "pcm_s16le", 48000, 2, 1e-6, kExact, Video::Small}));

INSTANTIATE_TEST_SUITE_P(
    Lossy, Formats,
    testing::Values(
        Kind{"a.wav", "pcm_u8", 22050, 1, 1e-2, kExact}, Kind{"a.wav", "adpcm_ms", 44100, 1, 2e-2, 0.001},
        Kind{"a.wav", "pcm_mulaw", 8000, 1, 2e-2, kExact}, Kind{"a.mp3", "libmp3lame", 44100, 2, 2e-2, 0.001},
        Kind{"a.mp3", "libmp3lame", 24000, 1, 2e-2, 0.001}, Kind{"a.mp2", "mp2", 48000, 2, 2e-2, 0.02},
        Kind{"a.m4a", "aac", 44100, 2, 2e-2, 0.001}, Kind{"a.aac", "aac", 48000, 1, 2e-2, 0.03},
        Kind{"a.opus", "libopus", 48000, 2, 2e-2, 0.001}, Kind{"a.webm", "libopus", 48000, 1, 2e-2, 0.02},
        Kind{"a.ogg", "libvorbis", 44100, 2, 2e-2, 0.001}, Kind{"a.wma", "wmav2", 44100, 2, 5e-2, 0.03},
        Kind{"a.ac3", "ac3", 48000, 2, 2e-2, 0.01}, Kind{"a.mp4", "aac", 48000, 2, 2e-2, 0.001, Video::Small},
        Kind{"a.mkv", "libmp3lame", 48000, 2, 2e-2, 0.03, Video::Small},
        Kind{"a.ts", "aac", 48000, 2, 2e-2, 0.03, Video::Small}));

INSTANTIATE_TEST_SUITE_P(Channels, Formats,
                         testing::Values(Kind{"a.wav", "pcm_s16le", 48000, 6, 1e-6, kExact},
                                         Kind{"a.flac", "flac", 48000, 6, 1e-6, kExact},
                                         Kind{"a.ac3", "ac3", 48000, 6, 2e-2, 0.01},
                                         Kind{"a.wav", "pcm_s16le", 44100, 8, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 44100, 3, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 48000, 48, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s24le", 48000, 64, 1e-6, kExact}));

INSTANTIATE_TEST_SUITE_P(Rates, Formats,
                         testing::Values(Kind{"a.wav", "pcm_s16le", 8000, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 11025, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 12345, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 22050, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 32000, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 88200, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 96000, 1, 1e-6, kExact},
                                         Kind{"a.wav", "pcm_s16le", 192000, 1, 1e-6, kExact}));

}  // namespace
}  // namespace skald
