#include "service/session/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warning", "error", "critical"};
constexpr std::array<std::string_view, 5> kShown = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};
constexpr std::size_t kMostBeforeOpen = 1000;

std::string local_time(const char* format, std::time_t at) {
  std::tm parts{};
  ::localtime_r(&at, &parts);
  char text[64];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

std::string time_of_event() {
  const auto now = std::chrono::system_clock::now();
  const auto whole = std::chrono::floor<std::chrono::seconds>(now);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(now - whole).count();
  return local_time("%Y-%m-%d %H:%M:%S", std::chrono::system_clock::to_time_t(whole)) +
         fmt::format(".{:03} ", rest);
}

struct LogFile {
  fs::path path;
  fs::file_time_type modified;
  std::uint64_t bytes;
};

std::vector<LogFile> newest_first(const fs::path& folder) {
  std::vector<LogFile> logs;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with("session_processor_") || !name.ends_with(".log")) continue;
    std::error_code gone;
    if (!it->is_regular_file(gone)) continue;
    logs.push_back({it->path(), it->last_write_time(gone), it->file_size(gone)});
  }
  std::sort(logs.begin(), logs.end(), [](const LogFile& a, const LogFile& b) {
    return a.modified != b.modified ? a.modified > b.modified : a.path > b.path;
  });
  return logs;
}

}  // namespace

LogLevel log_level_from(std::string_view word) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), ascii_lower(word));
  return found == kLevels.end() ? LogLevel::Info : static_cast<LogLevel>(found - kLevels.begin());
}

std::string_view to_string(LogLevel level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::string log_line(const LogEvent& event) {
  std::string line(kShown[static_cast<std::size_t>(event.level)]);
  if (!event.stage.empty()) line += ' ' + std::string(event.stage);
  if (event.segment) line += " segment " + std::to_string(*event.segment);
  if (!event.stage.empty() || event.segment) line += ':';
  line += ' ' + without_secrets(repair_utf8(event.text));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  return line;
}

void remove_old_logs(const fs::path& folder, const LogSettings& settings, const fs::path& in_use) {
  std::size_t files = 1;
  std::error_code error;
  std::uint64_t bytes = settings.max_bytes / 5;  // what the file in use may grow to
  for (const LogFile& log : newest_first(folder)) {
    if (log.path == in_use) continue;
    ++files;
    bytes += log.bytes;
    if (files > settings.max_files || bytes > settings.max_bytes) fs::remove(log.path, error);
  }
}

// A log that cannot be written must not stop the work that it tells of.
void RunLog::open(const fs::path& path, const LogSettings& settings) {
  const std::lock_guard lock(mutex_);
  path_ = path;
  settings_ = settings;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  out_.open(path, std::ios::app);
  // What stands in a log is the owner's business, even with the keys taken out.
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
  written_ = fs::exists(path, error) ? fs::file_size(path, error) : 0;
  remove_old_logs(path.parent_path(), settings, path);
  for (const auto& [level, line] : before_open_)
    if (level >= settings_.file) put(line);
  before_open_.clear();
}

void RunLog::write(const LogEvent& event) {
  const std::string line = time_of_event() + log_line(event) + '\n';
  const std::lock_guard lock(mutex_);
  if (path_.empty()) {
    if (before_open_.size() < kMostBeforeOpen) before_open_.emplace_back(event.level, line);
  } else if (event.level >= settings_.file) {
    put(line);
  }
}

void RunLog::put(const std::string& line) {
  if (written_ > 0 && written_ + line.size() > settings_.max_bytes / 5) begin_new_file();
  if (out_) out_ << line << std::flush;
  written_ += line.size();
}

// The live file keeps its name; what it held gets a number.
void RunLog::begin_new_file() {
  std::error_code error;
  for (int number = 1; number < 1000; ++number) {
    const fs::path full =
        path_.parent_path() / (path_.stem().string() + "." + std::to_string(number) + ".log");
    if (fs::exists(full, error)) continue;
    out_.close();
    fs::rename(path_, full, error);
    break;
  }
  if (!out_.is_open()) out_.open(path_, std::ios::app);
  fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write, error);
  written_ = 0;
  remove_old_logs(path_.parent_path(), settings_, path_);
}

std::string stamp_now(int later) {
  return local_time("%Y%m%d_%H%M%S", std::time(nullptr) + later);
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace skald
