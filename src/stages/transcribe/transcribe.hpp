// Stage transcribe: what is said, with word times, made by worker_asr.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/run_stage.hpp"

namespace skald {

/// A card that is to transcribe.
struct TranscribeCard {
  int index = 0;          // decides nothing about the text, and is no part of the key
  std::string precision;  // "float16", "int8_float16"
};

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
  std::optional<TranscribeCard> card = {};  // without it, the CPU
};

/// Key of what transcribe() makes.
Result<std::string> transcribe_key(const Artifact& audio, const Artifact& heard,
                                   const TranscribeInput& input);

/// Artifact: words.json.
Result<Artifact> transcribe(StageContext& context, const Artifact& audio, const Artifact& heard,
                            const TranscribeInput& input);

}  // namespace skald
