// The log of a run: logs/session_processor_<time>_<id>.log in Skald's home, one line an event.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skald {

enum class LogLevel { Debug, Info, Warning, Error, Critical };
/// "debug", "info", ...; case does not matter, an unknown word is Info.
LogLevel log_level_from(std::string_view word);
std::string_view to_string(LogLevel level);

struct LogSettings {
  LogLevel console = LogLevel::Info;
  LogLevel file = LogLevel::Debug;
  std::size_t max_files = 20;
  std::uint64_t max_bytes = 50'000'000;  // of all logs together; a fifth of it is the most for one file
};

struct LogEvent {
  LogLevel level = LogLevel::Info;
  std::string_view stage = {};  // empty: none
  std::optional<std::size_t> segment = {};
  std::string_view text = {};
};

/// The line of an event, without time: "WARNING classify segment 12: text". Line breaks and control
/// characters become blanks, secrets are taken out.
std::string log_line(const LogEvent& event);

/// May be written to by several threads.
class RunLog {
 public:
  /// Goes on with the file where it is there already, and removes the oldest logs beside it. Events from
  /// before this call are written now.
  void open(const std::filesystem::path& path, const LogSettings& settings);
  void write(const LogEvent& event);
  void line(std::string_view text) { write({LogLevel::Info, {}, {}, text}); }
  const std::filesystem::path& path() const { return path_; }

 private:
  void put(const std::string& line);
  void begin_new_file();
  std::mutex mutex_;
  std::filesystem::path path_;
  LogSettings settings_;
  std::ofstream out_;
  std::uint64_t written_ = 0;
  std::vector<std::pair<LogLevel, std::string>> before_open_;
};

/// Removes the oldest session_processor_*.log of a folder until at most `max_files` with at most `max_bytes`
/// are left; `in_use` stays.
void remove_old_logs(const std::filesystem::path& folder, const LogSettings& settings,
                     const std::filesystem::path& in_use);

/// Local time as YYYYMMDD_HHMMSS; `later` seconds from now.
std::string stamp_now(int later = 0);
/// Seconds of a clock that only goes forward.
double steady_seconds();

}  // namespace skald
