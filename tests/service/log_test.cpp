#include "service/session/log.hpp"

#include <gmock/gmock.h>

#include <regex>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "service/session/logged_observer.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Heard : RunObserver {
  void progress(const ProgressReport&) override { all.emplace_back("progress"); }
  void stage_done(StageId, bool, double) override { all.emplace_back("done"); }
  void note(std::string_view text) override { all.emplace_back(text); }
  void warning(std::string_view text) override { all.push_back("warning " + std::string(text)); }
  std::vector<std::string> all;
};

TEST(Log, OneLineAnEventWithTimeLevelStageAndSegment) {
  const TestFolder folder;
  RunLog log;
  log.write({LogLevel::Debug, {}, {}, "before the file is there"});
  log.open(folder / "logs/session_processor_x.log", {});
  log.write({LogLevel::Warning, "classify", 12, "no answer\nfor\ta while"});
  log.write({LogLevel::Error, "classify", {}, "Bearer abcdefgh12345678 was refused"});
  const auto lines = split(content_of(folder / "logs/session_processor_x.log"), '\n');
  ASSERT_EQ(lines.size(), 4U);
  const std::regex time(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} .*)");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::regex_match(lines[i], time)) << lines[i];
  EXPECT_TRUE(lines[0].ends_with(" DEBUG before the file is there"));
  EXPECT_TRUE(lines[1].ends_with(" WARNING classify segment 12: no answer for a while"));
  EXPECT_TRUE(lines[2].ends_with(" ERROR classify: [removed] was refused"));
  EXPECT_EQ(fs::status(folder / "logs/session_processor_x.log").permissions() & fs::perms(0777),
            fs::perms(0600));
}

TEST(Log, LevelsOfTheFile) {
  const TestFolder folder;
  RunLog log;
  LogSettings settings;
  settings.file = log_level_from("WARNING");
  log.open(folder / "x.log", settings);
  log.line("quiet");
  log.write({LogLevel::Warning, {}, {}, "loud"});
  EXPECT_THAT(content_of(folder / "x.log"), HasSubstr("WARNING loud"));
  EXPECT_THAT(content_of(folder / "x.log"), Not(HasSubstr("quiet")));
}

TEST(Log, LargeFilesGetANumberAndTheOldestGo) {
  const TestFolder folder;
  RunLog log;
  LogSettings settings;
  settings.max_bytes = 5000;  // 1000 a file
  log.open(folder / "session_processor_x.log", settings);
  for (int i = 0; i < 200; ++i) log.line("line " + std::to_string(i) + std::string(50, '.'));
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    EXPECT_LE(entry.file_size(), 1000U);
    bytes += entry.file_size();
  }
  EXPECT_LE(bytes, 5000U);
  EXPECT_GT(bytes, 3000U);
  EXPECT_THAT(content_of(folder / "session_processor_x.log"), HasSubstr("line 199"));
}

TEST(Log, OldLogsGoByNumber) {
  const TestFolder folder;
  const auto now = fs::file_time_type::clock::now();
  for (int i = 0; i < 6; ++i) {
    const fs::path file = folder / ("session_processor_" + std::to_string(i) + ".log");
    put(file, "x");
    fs::last_write_time(file, now - std::chrono::hours(100 - i));
  }
  put(folder / "notes.log", "mine");
  LogSettings settings;
  settings.max_files = 3;
  RunLog log;
  log.open(folder / "session_processor_now.log", settings);
  EXPECT_THAT(names_in(folder.path()), ElementsAre("notes.log", "session_processor_4.log",
                                                   "session_processor_5.log", "session_processor_now.log"));
}

TEST(Log, AFolderThatCannotBeWrittenStopsNothing) {
  RunLog log;
  log.open("/proc/none/x.log", {});
  log.line("nobody hears this");
}

TEST(LoggedObserver, LogsAllAndShowsByLevel) {
  const TestFolder folder;
  RunLog log;
  log.open(folder / "x.log", {});
  Heard debug, quiet;
  for (auto [heard, level] : {std::pair(&debug, LogLevel::Debug), std::pair(&quiet, LogLevel::Warning)}) {
    LoggedObserver observer(*heard, log, level);
    observer.note("going on");
    for (const double share : {0.0, 0.05, 0.25, 0.26, 1.0})
      observer.progress({StageId::Transcribe, share, 100.0, 50.0});
    observer.output("worker_asr", "a library speaks");
    observer.warning("slow");
    observer.stage_done(StageId::Transcribe, false, 2.5);
  }
  EXPECT_THAT(quiet.all, ElementsAre("warning slow"));
  EXPECT_THAT(debug.all,
              ElementsAre("going on", "progress", "progress", "progress", "progress", "progress",
                          "DEBUG transcribe: worker_asr: a library speaks", "warning slow", "done"));
  const std::string text = content_of(folder / "x.log");
  for (const char* part :
       {"INFO going on\n", "INFO transcribe: begins: ",
        "INFO transcribe: 20 %, 50 s left in this step, "
        "100 s in all\n",
        "INFO transcribe: 100 %", "WARNING transcribe: slow\n",
        "INFO transcribe: worker_asr: a library speaks\n", "INFO transcribe: done in 2.5 s\n"})
    EXPECT_THAT(text, HasSubstr(part));
}

}  // namespace
}  // namespace skald
