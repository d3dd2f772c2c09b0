// Who spoke when: from local speakers of windows to people of the recording.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/diarization/listen_data.hpp"
#include "domain/diarization/plda.hpp"
#include "domain/diarization/timeline.hpp"
#include "domain/types.hpp"

namespace skald {

struct DiarizeOptions {
  std::optional<std::size_t> speakers;  // exactly so many, where so many voices can be told apart
  std::optional<std::size_t> min_speakers;
  std::optional<std::size_t> max_speakers;
  std::optional<std::size_t> people;  // at the table: an upper bound where max_speakers is not given
  Seconds closed_gap{0};              // pauses of one speaker up to this long belong to the turn
  Seconds shortest_turn{0};           // shorter turns are left out
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

/// The best person for each local speaker by cosine to the centroids [speakers, kDimension], where the local
/// speakers of one window are different people.
Assignment assign_windows(const ListenData& data, std::span<const float> centroids);

DiarizeResult diarize(const ListenData& data, const PldaModel& plda, const DiarizeOptions& options);

}  // namespace skald
