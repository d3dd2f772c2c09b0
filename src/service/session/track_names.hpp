// Names for tracks that hold one player each.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/types.hpp"

namespace skald {

/// One name a file: the party's player or DM whose name stands in the file's name as a word, else the file's
/// name without what all files share and without a leading number, as recorders write it ("3-anna" gives
/// "anna").
std::vector<std::string> track_names(const std::vector<std::string>& file_stems,
                                     const std::optional<Party>& party);

}  // namespace skald
