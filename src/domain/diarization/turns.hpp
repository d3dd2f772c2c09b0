// From frames to turns with names.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "domain/types.hpp"

namespace skald {

/// Turns of all people in order of time, none of them empty; person s is called name[s]. frames: [n, people].
std::vector<Turn> turns_of(std::span<const std::uint8_t> frames, std::size_t people, Seconds end,
                           const std::vector<std::string>& name);

/// "SPEAKER_00", ... by first appearance in `frames`; people who never speak come last.
std::vector<std::string> names_of(std::span<const std::uint8_t> frames, std::size_t people);

}  // namespace skald
