// Corrections as JSON: as clients send them, and as the store keeps them with the times that they are about.
#pragma once
#include "domain/review/edit.hpp"
#include "formats/json.hpp"

namespace skald {

/// As a client sends it: `{"op":"text","segment":"12","text":"..."}` and the like (docs/formats/api.md).
/// InvalidInput says which field is wrong. Texts and names come out on one line.
Result<Edit> edit_from_request(const Json& json);
/// The fields of a request, for histories.
Json edit_as_request(const Edit& edit);

/// With the times of segments and what speakers spoke, for the store.
Json edit_as_stored(const Edit& edit);
Result<Edit> edit_from_store(const Json& json);

/// The word of `op`.
std::string_view op_of(const Edit& edit);

}  // namespace skald
