#include "engines/media/ffmpeg.hpp"

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace skald::media {
namespace {

void write_log(void* context, int level, const char* format, va_list arguments) {
  static std::atomic<int> lines{0};
  static thread_local int at_line_start = 1;
  if (level > AV_LOG_ERROR || lines.load() >= 50) return;
  std::array<char, 512> line{};
  ::av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()),
                        &at_line_start);
  // That video is not decoded is on purpose.
  if (std::string_view(line.data()).find("not on whitelist") != std::string_view::npos) return;
  ++lines;
  std::fputs(line.data(), stderr);
}

}  // namespace

std::string ffmpeg_error(int number) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  ::av_strerror(number, text.data(), text.size());
  return text.data();
}

void quiet_ffmpeg() {
  ::av_log_set_callback(write_log);
}

}  // namespace skald::media
