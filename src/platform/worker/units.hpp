// Where a job keeps its finished units.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace skald {

/// The file of unit `index` in a job's folder of units: "unit_000012.json", or with another ending.
std::filesystem::path unit_file(const std::filesystem::path& folder, std::size_t index,
                                std::string_view ending = ".json");

}  // namespace skald
