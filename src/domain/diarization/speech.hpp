// Where anybody speaks, for transcription.
#pragma once
#include <vector>

#include "domain/diarization/listen_data.hpp"

namespace skald {

struct SpeechOptions {
  double onset = 0.5;         // share of windows that must hear somebody for speech to begin
  double offset = 0.3;        // share below which it ends
  Seconds padding{0.15};      // kept before and after, so that no word is cut
  Seconds smallest_gap{0.3};  // shorter pauses are closed
};

/// Stretches of speech inside the recording, sorted, apart from one another.
std::vector<Span> speech_regions(const ListenData& data, const SpeechOptions& options = {});
/// Stretches in which two or more people speak.
std::vector<Span> overlap_regions(const ListenData& data);

}  // namespace skald
