// From time stamps to places in the track.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"

namespace skald::media {

/// What to do before a frame is appended: put silence, or leave out its first part.
struct Placement {
  Seconds silence;
  Seconds drop;
};

/// Decides how frames follow one another. Samples are the clock as long as time stamps agree with them within
/// 100 ms, because time stamps are coarse in many containers. A gap becomes silence, an overlap is left out.
/// Time stamps that jump back by more than 10 s, or ahead by more than an hour and past the end that the
/// header promises, are a clock that was set anew: the sound goes on without a gap.
class Clock {
 public:
  Clock(double origin, std::optional<Seconds> promised_end) : offset_(-origin), promised_end_(promised_end) {}

  /// `stamp`: time of the frame in seconds, in the container's clock; `now`: the end of the track.
  Placement place(std::optional<double> stamp, Seconds now);
  /// Something was lost before the next frame: it is placed by its time stamp to 5 ms.
  void mark_loss() { tolerance_ = 0.005; }

  /// Jumps and long gaps, in words for users.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  double offset_;  // from the container's clock to the track's
  std::optional<Seconds> promised_end_;
  double tolerance_ = 0;  // of the next frame; the first one is placed exactly
  bool started_ = false;
  std::vector<std::string> warnings_;
};

/// 3723.4 s -> "01:02:03".
std::string clock_time(Seconds time);

}  // namespace skald::media
