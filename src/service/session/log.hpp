// The log of a run: logs/session_processor_<time>_<id>.log in Skald's home.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace skald {

class RunLog {
 public:
  void open(const std::filesystem::path& path);
  void line(std::string_view text);
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

/// Local time as YYYYMMDD_HHMMSS; `later` seconds from now.
std::string stamp_now(int later = 0);
/// Seconds of a clock that only goes forward.
double steady_seconds();

}  // namespace skald
