// The newest lines of the logs of runs, for people who look for what went wrong.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "service/session/log.hpp"

namespace skald {

struct LogLine {
  std::string time;  // local, "2026-11-23 20:15:04.118"
  LogLevel level = LogLevel::Info;
  std::string text;  // without secrets
  std::string file;  // name of the log
};

/// Lines of at least that level, the newest first, at most `most`; of each log its last 2 MB. What is no line
/// of a log is passed over.
std::vector<LogLine> newest_lines(const std::filesystem::path& home, LogLevel least, std::size_t most);

}  // namespace skald
