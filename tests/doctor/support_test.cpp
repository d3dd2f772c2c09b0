#include "service/support/support.hpp"

#include "service/support/log_lines.hpp"

#include <gmock/gmock.h>
#include <zip.h>

#include <chrono>
#include <map>

#include "base/secrets.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::Pair;

std::map<std::string, std::string> read_zip(const fs::path& file) {
  std::map<std::string, std::string> parts;
  zip_t* zip = ::zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, nullptr);
  if (zip == nullptr) return parts;
  for (zip_int64_t i = 0; i < ::zip_get_num_entries(zip, 0); ++i) {
    zip_stat_t info;
    ::zip_stat_index(zip, static_cast<zip_uint64_t>(i), 0, &info);
    std::string content(info.size, '\0');
    zip_file_t* part = ::zip_fopen_index(zip, static_cast<zip_uint64_t>(i), 0);
    ::zip_fread(part, content.data(), content.size());
    ::zip_fclose(part);
    parts[info.name] = content;
  }
  ::zip_discard(zip);
  return parts;
}

TEST(Support, WritesAllPartsWithoutSecretsForItsOwnerAlone) {
  const TestFolder folder;
  hide_secret("canary-key-1");
  ASSERT_TRUE(write_support(folder / "a.zip",
                            {{"x.txt", "1 canary-key-1 gsk_0123456789abcdef"}, {"logs/y.log", ""}},
                            Existing::Refuse));
  EXPECT_THAT(read_zip(folder / "a.zip"),
              ElementsAre(Pair("logs/y.log", ""), Pair("x.txt", "1 [removed] [removed]")));
  EXPECT_EQ(fs::status(folder / "a.zip").permissions() & fs::perms(0777), fs::perms(0600));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);  // nothing left over
}

TEST(Support, NeverReplacesWithoutAWord) {
  const TestFolder folder;
  put(folder / "a.zip", "mine");
  const Status status = write_support(folder / "a.zip", {{"x", "1"}}, Existing::Refuse);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::Usage);
  EXPECT_EQ(content_of(folder / "a.zip"), "mine");
  fs::create_symlink(folder / "nowhere", folder / "link.zip");
  EXPECT_FALSE(write_support(folder / "link.zip", {{"x", "1"}}, Existing::Refuse));
  ASSERT_TRUE(write_support(folder / "a.zip", {{"x", "1"}}, Existing::Replace));
  EXPECT_THAT(read_zip(folder / "a.zip"), ElementsAre(Pair("x", "1")));
}

TEST(Support, AFolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(write_support("/proc/none/a.zip", {{"x", "1"}}, Existing::Refuse));
}

TEST(Support, NewestLogsFirstTheirEndsAndNoLinks) {
  const TestFolder folder;
  const auto now = fs::file_time_type::clock::now();
  put(folder / "logs/old.log", "old\n");
  put(folder / "logs/new.log", "cut here" + std::string(2'000'000, 'x') + "\nthe end\n");
  put(folder / "logs/notes.txt", "mine");
  put(folder / "private", "mine");
  fs::create_symlink(folder / "private", folder / "logs/link.log");
  fs::last_write_time(folder / "logs/old.log", now - std::chrono::hours(2));
  fs::last_write_time(folder / "logs/new.log", now);
  const auto logs = newest_logs(folder.path());
  ASSERT_EQ(logs.size(), 2U);
  EXPECT_EQ(logs[0].name, "logs/new.log");
  EXPECT_EQ(logs[0].content, "the end\n");
  EXPECT_EQ(logs[1].content, "old\n");
}

TEST(LogLines, TheNewestOfAllLogsFromALevelOn) {
  const TestFolder folder;
  put(folder / "logs/a.log",
      "2026-11-23 20:15:04.118 INFO transcribe: 40 %\n"
      "2026-11-23 20:16:40.002 WARNING classify segment 12: late\nnot a line\n"
      "2026-11-23 20:16:41.507 ERROR: token gsk_0123456789abcdef\n");
  put(folder / "logs/b.log",
      "2026-11-23 20:16:00.000 DEBUG quiet\n2026-11-23 20:16:41.000 WARNING here\n"
      "2026-11-23 20:16:42.000 LOUD none\n2026-11-23 20:16:43.000\n");
  const auto texts = [&](LogLevel least, std::size_t most) {
    std::vector<std::string> found;
    for (const LogLine& line : newest_lines(folder.path(), least, most))
      found.push_back(line.file + " " + std::string(to_string(line.level)) + " " + line.text);
    return found;
  };
  EXPECT_THAT(texts(LogLevel::Warning, 10), ElementsAre("a.log error token [removed]", "b.log warning here",
                                                        "a.log warning classify segment 12: late"));
  EXPECT_THAT(texts(LogLevel::Debug, 10), testing::SizeIs(5));
  EXPECT_THAT(texts(LogLevel::Debug, 1), ElementsAre("a.log error token [removed]"));
  EXPECT_THAT(newest_lines(folder / "none", LogLevel::Debug, 5), testing::IsEmpty());
}

}  // namespace
}  // namespace skald
