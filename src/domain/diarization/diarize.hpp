// Who spoke when: from local speakers of windows to people of the recording.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "domain/diarization/listen_data.hpp"
#include "domain/diarization/people.hpp"
#include "domain/diarization/plda.hpp"
#include "domain/diarization/timeline.hpp"
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

/// Local speakers that speak alone in at least a fifth of their window: their embeddings can be trusted.
struct TrainingSet {
  std::vector<std::size_t> owners;  // window x kSpeakers + local speaker
  std::vector<float> embeddings;    // [n, kDimension]
};
TrainingSet select_training(const ListenData& data);

/// The centroids that VBx finds, [speakers, kDimension]; empty for fewer than two embeddings.
std::vector<float> vbx_centroids(const TrainingSet& set, const PldaModel& plda);

/// The best person for each local speaker by cosine to the centroids [speakers, kDimension], where the local
/// speakers of one window are different people.
Assignment assign_windows(const ListenData& data, std::span<const float> centroids);

/// The same by the pieces in which the local speaker is heard, and by cosine where there are none.
Assignment assign_windows(const ListenData& data, std::span<const float> centroids,
                          const std::vector<int>& pieces);

DiarizeResult diarize(const ListenData& data, const PldaModel& plda, const DiarizeOptions& options);

}  // namespace skald
