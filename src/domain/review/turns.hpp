// Turns that follow corrections of speakers.
#pragma once
#include <vector>

#include "domain/review/transcript.hpp"

namespace skald {

/// The machine's turns with merged speakers as one, and each segment that another speaker got cut out of the
/// old one's turns and given to the new one. `machine` are the segments before the review.
std::vector<Turn> corrected_turns(const std::vector<Turn>& turns, const std::vector<Segment>& machine,
                                  const ReviewedTranscript& transcript);

}  // namespace skald
