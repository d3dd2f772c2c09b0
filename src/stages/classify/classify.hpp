// Stage classify: in character or out of character, and who is in whose skin, made by worker_classify.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/types.hpp"
#include "pipeline/run_stage.hpp"

namespace skald {

struct ClassifyInput {
  std::filesystem::path model;
  std::filesystem::path head;
  std::filesystem::path dialogue;  // empty: the head alone
  std::string identity;            // hash of model, head and dialogue
  std::optional<Party> party;
  std::vector<SpeakerRole> roles;  // as told
  int threads = 1;
  StageEnd end = StageEnd::Whole;
};

/// Artifact: labels.jsonl, roles.json. `segments` is the JSONL file of the segments, `content` its hash.
Result<Artifact> classify(StageContext& context, const std::filesystem::path& segments,
                          const std::string& content, const ClassifyInput& input);

}  // namespace skald
