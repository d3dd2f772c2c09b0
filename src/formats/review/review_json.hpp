// A reviewed transcript as the API shows it.
#pragma once
#include <string>

#include "domain/review/history.hpp"
#include "formats/json.hpp"

namespace skald {

/// `{"id","start","end","speaker","text","words","label","voice","character","confidence","backend","edited"}`
Json to_json(const ReviewedSegment& segment);
/// `[{"id","name","character","role","segments","seconds"}]`; UNKNOWN last, where somebody is.
Json speakers_json(const ReviewedTranscript& transcript);
/// `[{"revision","op","reason","start","end"}]`
Json to_json(const std::vector<Unattached>& unattached);

}  // namespace skald
