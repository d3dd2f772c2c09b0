#include "service/session/log.hpp"

#include <chrono>
#include <ctime>

namespace skald {
namespace {

std::string local_time(const char* format, int later) {
  const std::time_t now = std::time(nullptr) + later;
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

}  // namespace

void RunLog::open(const std::filesystem::path& path) {
  path_ = path;
  out_.open(path, std::ios::app);
}

// A log that cannot be written must not stop the work that it tells of.
void RunLog::line(std::string_view text) {
  if (out_) out_ << local_time("%Y-%m-%d %H:%M:%S ", 0) << text << std::endl;
}

std::string stamp_now(int later) {
  return local_time("%Y%m%d_%H%M%S", later);
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace skald
