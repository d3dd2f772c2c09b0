// Stage diarize: who speaks when, from what listen heard.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/run_stage.hpp"

namespace skald {

struct SpeakerCount {
  std::optional<int> exact;
  std::optional<int> least;
  std::optional<int> most;
  std::optional<int> people;  // at the table, by the party file: a prior and an upper bound
};

struct DiarizeInput {
  std::filesystem::path models;
  std::string identity;  // hash of the model files
  SpeakerCount count;
};

/// Artifact: turns.json, speakers.json.
Result<Artifact> diarize(StageContext& context, const Artifact& heard, const DiarizeInput& input);

}  // namespace skald
