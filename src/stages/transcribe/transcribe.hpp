// Stage transcribe: what is said, with word times, made by worker_asr.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/run_stage.hpp"

namespace skald {

struct TranscribeInput {
  std::filesystem::path model;
  std::string identity;  // hash of the model files
  std::vector<std::string> languages;
  std::string hotwords;
  std::string precision = "auto";
  std::string decoder = "auto";
  int threads = 1;
  int batch = 0;  // 0: the worker's own choice
  int beam = 0;
};

/// Artifact: words.json.
Result<Artifact> transcribe(StageContext& context, const Artifact& audio, const Artifact& heard,
                            const TranscribeInput& input);

}  // namespace skald
