// Tells what is said on a track while it is written down, with the speakers that are known by then.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "domain/types.hpp"
#include "pipeline/progress.hpp"

namespace skald {

/// Gives the segments the names of their speakers, as far as they are told.
void name_speakers(std::vector<Segment>& segments, const std::vector<SpeakerRole>& roles);

class HeardTrack {
 public:
  /// `track` counts from 1; `observer` outlives this.
  HeardTrack(RunObserver& observer, std::size_t track, Diarization diarization,
             std::vector<SpeakerRole> roles)
      : observer_(observer), track_(track), diarization_(std::move(diarization)), roles_(std::move(roles)) {}

  /// Unit `index` of worker_asr, in its folder. One that cannot be read is not told: nothing depends on it.
  void tell_unit(const std::filesystem::path& units, std::size_t index);
  /// All of the finished words.json, where no unit was told: it was there before, or a service wrote it.
  void tell_rest(const std::filesystem::path& words);

 private:
  void tell(std::size_t unit, const std::vector<Chunk>& chunks);
  RunObserver& observer_;
  std::size_t track_;
  Diarization diarization_;
  std::vector<SpeakerRole> roles_;
  bool told_ = false;
};

}  // namespace skald
