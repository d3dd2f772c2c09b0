// Archives of tracks: what is taken out of them, and what is refused.
#include "engines/media/unpack.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "formats/export/zip.hpp"
#include "formats/json.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;

class Unpack : public ::testing::Test {
 protected:
  Result<std::vector<media::PackedTrack>> unpack(const std::string& bytes,
                                                 const media::UnpackLimits& limits = {}) {
    const fs::path archive = folder_ / "tracks.zip";
    EXPECT_TRUE(write_file_atomic(archive, bytes));
    auto unpacking = media::Unpacking::prepare(archive, folder_ / "out", limits);
    EXPECT_TRUE(unpacking);
    return unpacking->run(nullptr, nullptr);
  }
  void expect_refused(const std::string& bytes, std::string_view why,
                      const media::UnpackLimits& limits = {}) {
    const auto refused = unpack(bytes, limits);
    ASSERT_FALSE(refused) << why;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidInput);
    EXPECT_NE(refused.error().message.find(why), std::string::npos) << refused.error().message;
    EXPECT_FALSE(refused.error().advice.empty());
    EXPECT_FALSE(fs::exists(folder_ / "out" / "tracks.json"));
  }
  static std::string zip(const std::vector<ZipPart>& parts) { return zip_archive(parts).value(); }

  TestFolder folder_;
};

TEST_F(Unpack, SoundsInTheirOrderUnderGeneratedNames) {
  const std::string sound(300'000, 'x');
  const auto tracks =
      unpack(zip({{"info.txt", "Guild, channel"}, {"1-hanna_0.flac", sound}, {"2-Bö b.OGG", "y"}}));
  ASSERT_TRUE(tracks) << tracks.error().message;
  ASSERT_EQ(tracks->size(), 2U);
  EXPECT_EQ((*tracks)[0].name, "1-hanna_0.flac");
  EXPECT_EQ((*tracks)[1].name, "2-Bö b.OGG");
  EXPECT_EQ(read_file(folder_ / "out" / "01").value(), sound);
  EXPECT_EQ(read_file(folder_ / "out" / "02").value(), "y");
  const Json list = read_json_file(folder_ / "out" / "tracks.json").value();
  EXPECT_EQ(list["tracks"][1]["name"], "2-Bö b.OGG");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_ / "out")) ++files;
  EXPECT_EQ(files, 3U) << "files for tracks that there are not, stay behind";
}

TEST_F(Unpack, OnlyPlainNames) {
  for (const char* name : {"../evil.flac", "/etc/cron.d/evil.flac", "folder/a.flac", "folder/", "a\\b.flac",
                           "..", ".hidden.flac", "C:\\a.flac", "line\nbreak.flac"})
    expect_refused(zip({{"1-a.flac", "x"}, {name, "x"}}), "plain name");
  EXPECT_FALSE(fs::exists(folder_ / "evil.flac"));
}

TEST_F(Unpack, Limits) {
  std::vector<ZipPart> many;
  for (int i = 0; i < 33; ++i) many.push_back({std::to_string(i) + ".flac", "x"});
  expect_refused(zip(many), "33 tracks");
  media::UnpackLimits few;
  few.most_entries = 5;
  expect_refused(zip(many), "33 files", few);
  media::UnpackLimits small;
  small.most_bytes = 1500;
  small.most_of_one = 1000;
  expect_refused(zip({{"a.wav", std::string(1001, 'x')}}), "more sound", small);
  expect_refused(zip({{"a.wav", std::string(800, 'x')}, {"b.wav", std::string(800, 'x')}}), "more sound",
                 small);
  media::UnpackLimits bomb;
  bomb.free_growth = 1000;
  expect_refused(zip({{"a.wav", std::string(20'000'000, '\0')}}), "would grow", bomb);
  EXPECT_TRUE(unpack(zip({{"a.wav", std::string(20'000'000, '\0')}})));
}

TEST_F(Unpack, WhatIsNoArchiveOrHasNoSound) {
  expect_refused(zip({{"notes.txt", "nothing"}}), "no sound");
  expect_refused("PK\x03\x04 and then something else", "ZIP archive");
  const std::string whole = zip({{"a.flac", std::string(5000, 'a')}});
  expect_refused(whole.substr(0, whole.size() / 2), "ZIP archive");
}

// The sum of the content, or the size that the directory tells, is another one.
TEST_F(Unpack, DamagedContent) {
  std::string content;
  for (int i = 0; i < 5000; ++i) content += std::to_string(i * 7919);
  const std::string whole = zip({{"a.flac", content}});
  int refused = 0;
  for (std::size_t at = 40; at < whole.size() - 80; at += 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const auto result = unpack(damaged);
    if (result) continue;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidInput);
    ++refused;
  }
  EXPECT_GT(refused, 10);
  std::string larger = whole;
  const auto directory = larger.rfind("PK\x01\x02");
  larger[directory + 24] = static_cast<char>(larger[directory + 24] + 1);  // the size, unpacked
  EXPECT_FALSE(unpack(larger));
}

}  // namespace
}  // namespace skald
