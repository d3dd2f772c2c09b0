// Who spoke when: from local speakers of windows to people of the recording.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "domain/diarization/listen_data.hpp"
#include "domain/diarization/people.hpp"
#include "domain/diarization/plda.hpp"
#include "domain/types.hpp"

namespace skald {

/// Voices: pieces are clustered by the odds that they are one voice. Vbx: as the community-1 pipeline does,
/// for comparison; it takes no number of people.
enum class Clusterer { Voices, Vbx };

struct DiarizeOptions {
  PeopleCount count;
  Clusterer clusterer = Clusterer::Voices;
};

/// One person of the recording.
struct SpeakerVoice {
  std::string id;               // "SPEAKER_00", numbered by first appearance
  Seconds speech;               // length of all turns
  std::vector<float> centroid;  // mean embedding, [kDimension]
};

struct DiarizeResult {
  Diarization diarization;
  std::vector<SpeakerVoice> voices;
};

/// turns: who speaks when; exclusive_turns: one at a time; voices: those who have turns.
DiarizeResult diarize(const ListenData& data, const PldaModel& plda, const DiarizeOptions& options);

}  // namespace skald
