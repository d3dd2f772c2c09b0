// Pieces taken for one voice, with what the segmentation says about pairs of them.
#pragma once
#include <cstddef>
#include <vector>

#include "domain/diarization/listen_data.hpp"
#include "domain/diarization/voices.hpp"

namespace skald {

struct Groups {
  std::vector<VoiceGroup> voices;
  std::vector<PairWitness> witnesses;
};

/// One group for each piece with an embedding. In long recordings, what surely is one voice within about
/// fifteen minutes is one group, which bounds their number.
Groups groups_of(const ListenData& data);

/// The groups that the first `steps` merges make, in order of their first one.
Groups merged(const Groups& groups, const std::vector<Merge>& merges, std::size_t steps);

/// Those with at least so many seconds of speech.
Groups with_speech(const Groups& groups, double seconds);

}  // namespace skald
