// What one recording says, and who says it, as `skald transcribe --format json` prints it.
#pragma once
#include <vector>

#include "formats/transcript.hpp"

namespace skald {

/// All that is known of what one recording says.
struct Transcript {
  Seconds duration;  // of the recording
  std::vector<Chunk> chunks;
  Diarization diarization;  // without turns where nobody asked who speaks
};
/// {"duration", "chunks"}, and "diarization" where there are turns.
Json to_json(const Transcript& transcript);
Result<Transcript> transcript_from_json(const Json& json);

}  // namespace skald
