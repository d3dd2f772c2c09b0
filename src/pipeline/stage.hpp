// The stages of a run, in order, and the keys of what they make.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.hpp"

namespace skald {

enum class StageId { Decode, Listen, Diarize, Transcribe, Assign, Classify, Export };

struct StageInfo {
  StageId id;
  std::string_view name;   // as in --from and --until
  std::string_view doing;  // as shown to users
  int version;             // raised when the stage makes something else of the same input
  unsigned depends_on;     // bits of earlier stages whose redoing redoes this one
};

constexpr unsigned stage_bit(StageId id) {
  return 1U << static_cast<unsigned>(id);
}

inline constexpr std::array<StageInfo, 7> kStages = {{
    {StageId::Decode, "decode", "Reading the recording", 1, 0},
    {StageId::Listen, "listen", "Listening for speech", 2, stage_bit(StageId::Decode)},
    {StageId::Diarize, "diarize", "Telling speakers apart", 2, stage_bit(StageId::Listen)},
    {StageId::Transcribe, "transcribe", "Writing down what is said", 3, stage_bit(StageId::Listen)},
    {StageId::Assign, "assign", "Giving words to speakers", 1,
     stage_bit(StageId::Diarize) | stage_bit(StageId::Transcribe)},
    {StageId::Classify, "classify", "Telling story from table talk", 1, stage_bit(StageId::Assign)},
    {StageId::Export, "export", "Writing the results", 1, stage_bit(StageId::Classify)},
}};

const StageInfo& info(StageId id);
/// By name; also "diarization", "transcription", "classification", as other tools call them.
std::optional<StageId> stage_from(std::string_view name);
/// "decode, listen, ...", for messages.
std::string stage_names();
/// True where redoing `changed` means that `stage` is redone too.
bool follows(StageId stage, StageId changed);

/// The content key of an artifact: SHA-256 over stage, version, parameters and the keys of its inputs. Equal
/// keys mean equal results, so resuming, re-running and sharing between runs are the same look-up.
std::string artifact_key(StageId stage, const Json& parameters, const std::vector<std::string>& inputs);

}  // namespace skald
