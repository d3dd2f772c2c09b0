// Which stream is heard, and where its sounds lie when time stamps start late, jump, or tremble.
#include <gtest/gtest.h>

#include "media/listening.hpp"

namespace skald {
namespace {

constexpr double kMillisecond = 0.001;

MediaSpec two_tracks() {
  TrackSpec first;
  first.codec = "flac";
  first.rate = 44100;
  first.stretches = {{0, 2}};
  first.title = "Table";
  TrackSpec second = first;
  second.signal = other_signal;
  second.title = "Stream";
  second.language = "dut";
  return {"", {first, second}, Video::Small, 2};
}

TEST(Streams, OneIsTakenAndTheChoiceIsTold) {
  TestFolder folder;
  const Heard heard = listen(folder, write_media(folder / "a.mkv", two_tracks()));
  EXPECT_EQ(heard.info.stream, 1);
  EXPECT_LT(find_signal(heard.samples, 0.5, 1.5, test_signal).residue, 1e-6);
  ASSERT_EQ(heard.info.warnings.size(), 1U);
  EXPECT_EQ(heard.info.warnings[0],
            "the file has 2 audio streams; stream 1 was taken (audio, flac, 1 channel, 44100 Hz, \"Table\")");
}

TEST(Streams, TheWantedOneIsTaken) {
  TestFolder folder;
  const Heard heard = listen(folder, write_media(folder / "a.mkv", two_tracks()), 2);
  EXPECT_LT(find_signal(heard.samples, 0.5, 1.5, other_signal).residue, 1e-6);
  EXPECT_TRUE(heard.info.warnings.empty());
}

TEST(Streams, AnotherThatIsNoSoundIsRefusedWithAList) {
  TestFolder folder;
  const auto file = write_media(folder / "a.mkv", two_tracks());
  for (const int stream : {0, 3}) {
    const auto info = media::decode({file, stream, folder / "out"}, nullptr, nullptr);
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code, ErrorCode::InvalidInput);
    EXPECT_NE(info.error().message.find("stream 2: audio, flac, 1 channel, 44100 Hz, dut, \"Stream\""),
              std::string::npos)
        << info.error().message;
  }
}

TEST(Streams, AreListed) {
  TestFolder folder;
  const auto found = media::probe(write_media(folder / "a.mkv", two_tracks()));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->streams.size(), 3U);
  EXPECT_EQ(found->container, "matroska,webm");
  EXPECT_EQ(found->best_audio, 1);
  EXPECT_NEAR(found->duration.value, 2, 0.01);
  EXPECT_EQ(found->streams[0].kind, "video");
  EXPECT_EQ(found->streams[2].language, "dut");
  EXPECT_EQ(found->streams[2].sample_rate, 44100);
  EXPECT_EQ(found->streams[2].channels, 1);
}

TEST(Times, ALateStartIsSilence) {
  TestFolder folder;
  MediaSpec spec = two_tracks();
  spec.tracks[1].stretches = {{1.5, 2}};
  const Heard heard = listen(folder, write_media(folder / "a.mkv", spec), 2);
  EXPECT_NEAR(to_seconds(heard.info.samples).value, 3.5, kMillisecond);
  EXPECT_EQ(loudest(heard.samples, 0, 1.49), 0);
  const Match match = find_signal(heard.samples, 1.7, 3.3, other_signal);
  EXPECT_LT(match.residue, 1e-6);
  EXPECT_LE(std::abs(match.delay), kMillisecond);  // Matroska counts in milliseconds
}

TEST(Times, AGapIsSilenceAndWhatFollowsIsInPlace) {
  TestFolder folder;
  TrackSpec track;
  track.codec = "flac";
  track.stretches = {{0, 1}, {3, 1}};
  const Heard heard = listen(folder, write_media(folder / "a.mkv", {"", {track}, Video::None, 0}));
  EXPECT_NEAR(to_seconds(heard.info.samples).value, 4, kMillisecond);
  EXPECT_LT(find_signal(heard.samples, 0.1, 0.9, test_signal).residue, 1e-6);
  EXPECT_EQ(loudest(heard.samples, 1.05, 2.95), 0);
  const Match match = find_signal(heard.samples, 3.1, 3.9, test_signal);
  EXPECT_LT(match.residue, 1e-6);
  EXPECT_LE(std::abs(match.delay), kMillisecond);
}

TEST(Times, ALongGapIsToldOf) {
  TestFolder folder;
  TrackSpec track;
  track.codec = "flac";
  track.stretches = {{0, 1}, {31, 1}};
  const Heard heard = listen(folder, write_media(folder / "a.mkv", {"", {track}, Video::None, 0}));
  EXPECT_NEAR(to_seconds(heard.info.samples).value, 32, kMillisecond);
  ASSERT_EQ(heard.info.warnings.size(), 1U);
  EXPECT_EQ(heard.info.warnings[0], "nothing was recorded from 00:00:01 to 00:00:31; it is silence here");
}

TEST(Times, TremblingStampsDoNotCutTheSound) {
  TestFolder folder;
  TrackSpec track;
  track.codec = "flac";
  track.stretches = {{0, 4}};
  track.stamp_jitter = 0.02;
  const Heard heard = listen(folder, write_media(folder / "a.mkv", {"", {track}, Video::None, 0}));
  EXPECT_NEAR(to_seconds(heard.info.samples).value, 4, kMillisecond);
  const Match match = find_signal(heard.samples, 0.2, 3.8, test_signal);
  EXPECT_LT(match.residue, 1e-6);
  EXPECT_LE(std::abs(match.delay), kMillisecond);
}

TEST(Mix, ChannelsThatAreEachOthersNegativeDoNotVanish) {
  TestFolder folder;
  TrackSpec track;
  track.channels = 2;
  track.stretches = {{0, 3}};
  track.signal = [](double time, int channel) { return (channel == 0 ? 1 : -1) * test_signal(time, 0); };
  const Heard heard = listen(folder, write_media(folder / "a.wav", {"", {track}, Video::None, 0}));
  const Match match = find_signal(heard.samples, 1.5, 2.9, test_signal);
  EXPECT_LT(match.residue, 1e-6);
  EXPECT_NEAR(match.gain, 1, 0.01);
}

TEST(Mix, SoundOfOneChannelAmongManyIsKept) {
  TestFolder folder;
  TrackSpec track;
  track.channels = 48;
  track.signal = [](double time, int channel) { return channel == 40 ? test_signal(time, 0) : 0; };
  const Heard heard = listen(folder, write_media(folder / "a.wav", {"", {track}, Video::None, 0}));
  const Match match = find_signal(heard.samples, 0.2, 1.8, test_signal);
  EXPECT_LT(match.residue, 1e-3);  // 1/48 of the level, in 16 bits
  EXPECT_NEAR(match.gain, 1.0 / 48, 0.001);
}

TEST(Mix, SilenceIsSilence) {
  TestFolder folder;
  TrackSpec track;
  track.rate = 44100;
  track.signal = [](double, int) { return 0.0; };
  const Heard heard = listen(folder, write_media(folder / "a.wav", {"", {track}, Video::None, 0}));
  EXPECT_EQ(heard.info.samples, Samples{32000});
  EXPECT_EQ(heard.info.peak_dbfs, media::kSilenceDbfs);
  EXPECT_EQ(loudest(heard.samples, 0, 2), 0);
}

}  // namespace
}  // namespace skald
