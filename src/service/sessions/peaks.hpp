// The outline of a session's sound, as players draw it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "service/sessions/sessions.hpp"

namespace skald {

struct Peaks {
  double duration = 0;  // seconds
  std::vector<std::int8_t>
      pairs;  // least and greatest value of each stretch, one after the other, full scale 127
};

/// In at most `points` stretches. Where the sound has no copy for players, all of it is read, bit by bit.
Result<Peaks> peaks_of(const SessionSound& sound, std::size_t points);

}  // namespace skald
