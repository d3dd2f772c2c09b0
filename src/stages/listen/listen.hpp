// Stage listen: speech regions and speaker embeddings, made by worker_listen; independent of any speaker
// options.
#pragma once
#include <filesystem>
#include <string>

#include "pipeline/run_stage.hpp"

namespace skald {

struct ListenModel {
  std::filesystem::path directory;
  std::string identity;  // hash of the model files
  int threads = 1;
};

/// Artifact: listen.bin, speech.json.
Result<Artifact> listen(StageContext& context, const Artifact& audio, const ListenModel& model);

}  // namespace skald
