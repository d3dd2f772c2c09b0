// Speaker turns (turns.json).
#pragma once
#include <filesystem>

#include "domain/types.hpp"
#include "formats/json.hpp"

namespace skald {

/// `{"turns": [{"start","end","speaker"}], "exclusive": [...], "speech": [[s,e]], "overlaps": [[s,e]]}`
Json to_json(const Diarization& diarization);
Result<Diarization> diarization_from_json(const Json& json);
Result<Diarization> read_turns(const std::filesystem::path& turns_json);

}  // namespace skald
