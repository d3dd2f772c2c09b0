// Typed times. Every span is half-open: [start, end).
#pragma once
#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>

namespace skald {

inline constexpr int kSampleRate = 16000;  // of all audio inside Skald, mono

/// Seconds from the start of the recording, or a length in seconds.
struct Seconds {
  double value = 0;
  auto operator<=>(const Seconds&) const = default;
  Seconds operator+(Seconds o) const { return {value + o.value}; }
  Seconds operator-(Seconds o) const { return {value - o.value}; }
};

/// A count of samples at 16 kHz.
struct Samples {
  std::int64_t value = 0;
  auto operator<=>(const Samples&) const = default;
  Samples operator+(Samples o) const { return {value + o.value}; }
  Samples operator-(Samples o) const { return {value - o.value}; }
};

inline Seconds to_seconds(Samples s) {
  return {static_cast<double>(s.value) / kSampleRate};
}
inline Samples to_samples(Seconds s) {
  return {std::llround(s.value * kSampleRate)};
}
/// Rounded to whole milliseconds: what files hold, so that equal runs write equal bytes.
inline Seconds to_millisecond(Seconds s) {
  return {std::round(s.value * 1000) / 1000};
}

struct Span {
  Seconds start;
  Seconds end;
  auto operator<=>(const Span&) const = default;
  Seconds length() const { return end - start; }
  bool contains(Seconds t) const { return start <= t && t < end; }
};

/// Seconds that both spans share; 0 where they do not touch.
inline Seconds overlap(const Span& a, const Span& b) {
  return {std::max(0.0, std::min(a.end.value, b.end.value) - std::max(a.start.value, b.start.value))};
}

}  // namespace skald
