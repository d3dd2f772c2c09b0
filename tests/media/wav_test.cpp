#include "platform/wav/wav.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <numeric>
#include <random>
#include <vector>

#include "platform/wav/outline.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using Audio = std::vector<std::int16_t>;

std::filesystem::path write_wav(const std::filesystem::path& path, const Audio& samples) {
  auto writer = WavWriter::create(path);
  EXPECT_TRUE(writer && writer->append(samples) && writer->finish());
  return path;
}

TEST(Wav, ReadsBackWhatWasWritten) {
  TestFolder folder;
  Audio samples(1000);
  std::iota(samples.begin(), samples.end(), std::int16_t{-500});
  auto writer = WavWriter::create(folder / "a.wav");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->append(std::span(samples).first(300)));
  ASSERT_TRUE(writer->append(std::span(samples).subspan(300)));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.wav")) << "visible before it was complete";
  ASSERT_TRUE(writer->finish());
  const auto wav = WavFile::open(folder / "a.wav");
  ASSERT_TRUE(wav) << wav.error().message;
  EXPECT_EQ(wav->length().value, static_cast<std::int64_t>(samples.size()));
  Audio read;
  wav->append_to(read, {0}, wav->length());
  EXPECT_EQ(read, samples);
  wav->append_to(read, {-5}, {2});
  wav->append_to(read, {static_cast<std::int64_t>(samples.size()) - 1}, {1'000'000});
  ASSERT_EQ(read.size(), samples.size() + 3);
  EXPECT_EQ(read.back(), samples.back());
  EXPECT_EQ(std::filesystem::file_size(folder / "a.wav"), 44U + 2000U);
}

TEST(Outline, HoldsExtremesOfEachStretchHoweverTheSoundComesIn) {
  std::mt19937 random(7);
  for (const std::size_t length : {0U, 1U, 159U, 160U, 161U, 16000U, 12345U}) {
    Audio samples(length);
    for (auto& sample : samples) sample = static_cast<std::int16_t>(random());
    std::vector<std::int8_t> wanted;
    for (std::size_t at = 0; at < length; at += 160) {
      const auto [least, greatest] =
          std::minmax_element(samples.begin() + static_cast<std::ptrdiff_t>(at),
                              samples.begin() + static_cast<std::ptrdiff_t>(std::min(length, at + 160)));
      for (const std::int16_t value : {*least, *greatest})
        wanted.push_back(static_cast<std::int8_t>(std::lround(value / 32768.0 * 127)));
    }
    Outline outline;
    for (std::span<const std::int16_t> rest = samples; !rest.empty();) {
      const std::size_t count = std::min<std::size_t>(rest.size(), random() % 400);
      outline.add(rest.first(count));
      rest = rest.subspan(count);
    }
    EXPECT_EQ(outline.finish(), wanted) << length;
  }
}

TEST(Outline, CoarserCoversEveryStretchOnce) {
  const std::vector<std::int8_t> pairs = {-1, 1, -5, 2, 0, 9, -3, 3, -2, 4};
  EXPECT_EQ(coarser(pairs, 1), (std::vector<std::int8_t>{-5, 9}));
  EXPECT_EQ(coarser(pairs, 2), (std::vector<std::int8_t>{-5, 2, -3, 9}));
  EXPECT_EQ(coarser(pairs, 5), pairs);
  EXPECT_EQ(coarser(pairs, 1000), pairs);
  EXPECT_TRUE(coarser({}, 10).empty());
}

TEST(Wav, FloatsAreZeroOutside) {
  TestFolder folder;
  const auto wav = WavFile::open(write_wav(folder / "a.wav", {16384, -32768, 8192}));
  ASSERT_TRUE(wav);
  const auto read = [&](std::int64_t start) {
    std::vector<float> out(5, 9.0F);
    wav->read_float({start}, out);
    return out;
  };
  EXPECT_EQ(read(0), (std::vector<float>{0.5F, -1.0F, 0.25F, 0, 0}));
  EXPECT_EQ(read(-2), (std::vector<float>{0, 0, 0.5F, -1.0F, 0.25F}));
  EXPECT_EQ(read(-3), (std::vector<float>{0, 0, 0, 0.5F, -1.0F}));
  EXPECT_EQ(read(2), (std::vector<float>{0.25F, 0, 0, 0, 0}));
  EXPECT_EQ(read(-5), std::vector<float>(5, 0.0F));
  EXPECT_EQ(read(-100), std::vector<float>(5, 0.0F));
  EXPECT_EQ(read(3), std::vector<float>(5, 0.0F));
  EXPECT_EQ(read(100), std::vector<float>(5, 0.0F));
}

// The thread sanitizer keeps shadow pages of its own for all that was read: there, pages of files count
// alone.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SKALD_SHADOW_PAGES
#endif
#endif

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0, of_files = 0;
  statm >> size >> resident >> of_files;
#ifdef SKALD_SHADOW_PAGES
  resident = of_files;
#endif
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Wav, ReadingALongRecordingKeepsNoneOfIt) {
  TestFolder folder;
  auto writer = WavWriter::create(folder / "long.wav");
  ASSERT_TRUE(writer);
  const Audio minute(std::size_t{60} * 16000, 7);
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(writer->append(minute));
  ASSERT_TRUE(writer->finish());
  const auto wav = WavFile::open(folder / "long.wav");
  ASSERT_TRUE(wav);
  std::vector<float> window(std::size_t{10} * 16000);
  const std::size_t before = resident_bytes();
  for (std::int64_t start = 0; start < wav->length().value; start += 16000) {
    wav->read_float({start}, window);
    ASSERT_FLOAT_EQ(window.front(), 7.0F / 32768.0F);
  }
  Audio segment;
  for (std::int64_t start = 0; start < wav->length().value; start += 48000) {
    segment.clear();
    wav->append_to(segment, {start}, {start + 48000});
    ASSERT_EQ(segment.size(), 48000U);
  }
  EXPECT_LT(resident_bytes(), before + (std::size_t{8} << 20))
      << "of " << wav->length().value * 2 << " bytes";
}

TEST(Wav, AnUnfinishedFileLeavesNothing) {
  TestFolder folder;
  {
    auto writer = WavWriter::create(folder / "a.wav");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->append(Audio(100)));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Wav, WhatAKilledRunLeftIsOverwritten) {
  TestFolder folder;
  std::ofstream(folder / ".a.wav.part") << std::string(5000, 'x');
  const auto wav = WavFile::open(write_wav(folder / "a.wav", {1, 2, 3}));
  ASSERT_TRUE(wav);
  EXPECT_EQ(wav->length().value, 3);
  EXPECT_EQ(std::filesystem::file_size(folder / "a.wav"), 44U + 6U);
}

TEST(Wav, TwoWritersOfOneFileAreRefused) {
  TestFolder folder;
  auto first = WavWriter::create(folder / "a.wav");
  ASSERT_TRUE(first);
  const auto second = WavWriter::create(folder / "a.wav");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another run"), std::string::npos);
  EXPECT_TRUE(first->finish());
}

TEST(Wav, AFullDiskIsAnErrorAndLeavesNothing) {
  TestFolder folder;
  struct rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small{4096, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  {
    auto writer = WavWriter::create(folder / "a.wav");
    EXPECT_TRUE(writer);
    if (writer) {
      EXPECT_FALSE(writer->append(Audio(10000)));
    }
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Wav, RefusesOtherFormats) {
  TestFolder folder;
  const auto code = [&](std::size_t offset, char value) {
    const auto path = write_wav(folder / "a.wav", {1, 2, 3});
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(value);
    file.close();
    const auto wav = WavFile::open(path);
    return wav ? std::string("accepted") : std::string(name(wav.error().code));
  };
  EXPECT_EQ(code(0, 'R'), "accepted");
  EXPECT_EQ(code(0, 'X'), "InvalidInput");
  EXPECT_EQ(code(20, 3), "InvalidInput") << "float";
  EXPECT_EQ(code(22, 2), "InvalidInput") << "stereo";
  EXPECT_EQ(code(24, 0x44), "InvalidInput") << "another rate";
  EXPECT_EQ(code(34, 24), "InvalidInput") << "24 bit";
  EXPECT_EQ(code(36, 'X'), "InvalidInput") << "no data";
  EXPECT_EQ(code(40, 100), "Damaged") << "shorter than its header says";
  std::ofstream(folder / "empty.wav").close();
  EXPECT_EQ(WavFile::open(folder / "empty.wav").error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(WavFile::open(folder / "missing.wav").error().code, ErrorCode::NotFound);
}

TEST(Wav, SkipsOtherChunks) {
  TestFolder folder;
  const auto path = write_wav(folder / "a.wav", {1, 2, 3});
  std::string bytes = content_of(path);
  bytes.insert(36, std::string("LIST\x03\x00\x00\x00"
                               "abc\x00",
                               12));  // an odd size, padded
  put(folder / "b.wav", bytes);
  const auto wav = WavFile::open(folder / "b.wav");
  ASSERT_TRUE(wav) << wav.error().message;
  Audio read;
  wav->append_to(read, {0}, wav->length());
  EXPECT_EQ(read, (Audio{1, 2, 3}));
}

}  // namespace
}  // namespace skald
