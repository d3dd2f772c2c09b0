#include "engines/media/clock.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace skald::media {
namespace {

constexpr double kTolerance = 0.1;
constexpr double kLongGap = 10;
constexpr double kLongestGap = 3600;
constexpr double kLongestOverlap = 10;
constexpr std::size_t kMaxWarnings = 20;

}  // namespace

std::string clock_time(Seconds time) {
  const long long whole = std::llround(std::floor(std::max(0.0, time.value)));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  return text.data();
}

Placement Clock::place(std::optional<double> stamp, Seconds now) {
  const double tolerance = std::exchange(tolerance_, kTolerance);
  const bool first = !std::exchange(started_, true);
  if (!stamp) return {};
  const double time = *stamp + offset_;
  const double ahead = time - now.value;
  const auto warn = [this](std::string text) {
    if (warnings_.size() < kMaxWarnings) warnings_.push_back(std::move(text));
  };
  const bool past_end = !promised_end_ || time > promised_end_->value + kLongGap;
  if (ahead < -kLongestOverlap || (ahead > kLongestGap && past_end)) {
    offset_ -= ahead;
    if (!first)
      warn("the time stamps jump at " + clock_time(now) + "; the sound goes on there without a gap");
    return {};
  }
  if (std::abs(ahead) <= tolerance) return {};
  if (ahead < 0) return {{}, {-ahead}};
  if (ahead >= kLongGap && !first)
    warn("nothing was recorded from " + clock_time(now) + " to " + clock_time({time}) +
         "; it is silence here");
  return {{ahead}, {}};
}

}  // namespace skald::media
