// Stage assign: words of all tracks become segments with speakers.
#pragma once
#include <string>
#include <vector>

#include "domain/types.hpp"
#include "pipeline/run_stage.hpp"

namespace skald {

/// What one recording, or one track of it, has yielded so far.
struct TrackText {
  Artifact words;
  Diarization diarization;
};

struct Assigned {
  Artifact artifact;    // segments.jsonl, for the classifier
  std::string content;  // its SHA-256
  std::vector<Segment> segments;
};

/// Artifact: segments.jsonl. `roles` are told ones, since the classifier's lines name them.
Result<Assigned> assign_tracks(StageContext& context, const std::vector<TrackText>& tracks,
                               const std::vector<SpeakerRole>& roles);

}  // namespace skald
