// Stage decode: any recording becomes 16 kHz mono WAV, made by worker_media.
#pragma once
#include <filesystem>
#include <string>

#include "pipeline/run_stage.hpp"

namespace skald {

struct DecodeInput {
  std::filesystem::path recording;
  std::string content;  // SHA-256 of the recording
  int stream = -1;      // audio stream; -1: the best one
};

/// Artifact: audio.wav, media.json.
Result<Artifact> decode(StageContext& context, const DecodeInput& input);

}  // namespace skald
