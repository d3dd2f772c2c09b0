#include "pipeline/stage.hpp"

#include "base/hash.hpp"

namespace skald {

const StageInfo& info(StageId id) {
  return kStages[static_cast<std::size_t>(id)];
}

std::optional<StageId> stage_from(std::string_view name) {
  for (const StageInfo& stage : kStages)
    if (stage.name == name) return stage.id;
  if (name == "diarization") return StageId::Diarize;
  if (name == "transcription") return StageId::Transcribe;
  if (name == "classification") return StageId::Classify;
  return std::nullopt;
}

std::string stage_names() {
  std::string names;
  for (const StageInfo& stage : kStages) names += (names.empty() ? "" : ", ") + std::string(stage.name);
  return names;
}

bool follows(StageId stage, StageId changed) {
  if (stage == changed) return true;
  for (const StageInfo& earlier : kStages)
    if ((info(stage).depends_on & stage_bit(earlier.id)) != 0 && follows(earlier.id, changed)) return true;
  return false;
}

std::string artifact_key(StageId stage, const Json& parameters, const std::vector<std::string>& inputs) {
  const Json made_from = {{"stage", info(stage).name},
                          {"version", info(stage).version},
                          {"parameters", parameters},
                          {"inputs", inputs}};
  return sha256(to_line(made_from));
}

}  // namespace skald
