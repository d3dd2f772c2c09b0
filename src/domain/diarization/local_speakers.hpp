// From the local speakers of windows to the people of the recording.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "domain/diarization/listen_data.hpp"
#include "domain/diarization/plda.hpp"
#include "domain/diarization/timeline.hpp"

namespace skald {

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

/// The same by the people of the pieces in which the local speaker is heard, and by cosine where there are
/// none.
Assignment assign_windows(const ListenData& data, std::span<const float> centroids,
                          const std::vector<int>& pieces);

/// All local speakers as one person, for too little speech to tell voices apart.
Assignment one_person(const ListenData& data);
/// The mean embedding; zeros where there is none.
std::vector<float> mean_voice(const ListenData& data);

}  // namespace skald
