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

/// Artifact: the tracks of a ZIP archive in files of generated names, and tracks.json. `content` is the
/// archive's SHA-256.
Result<Artifact> unpack(StageContext& context, const std::filesystem::path& archive,
                        const std::string& content);

/// Artifact: audio.wav, media.json. `end`: whether copy_for_players() follows.
Result<Artifact> decode(StageContext& context, const DecodeInput& input, StageEnd end = StageEnd::Whole);

/// Artifact: what players of that sound need beside it, the file kOutlineFile. Nothing that is worked out
/// depends on it, so that it has a key of its own.
Result<Artifact> copy_for_players(StageContext& context, const Artifact& audio);

}  // namespace skald
