// Finished units of a labelling job on disk: the votes of some texts, or what the network that reads
// dialogues says of them.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "domain/classify/head.hpp"

namespace skald::e5 {

/// Writes unit `index`, whole or not at all.
Status write_votes(const std::filesystem::path& folder, std::size_t index,
                   const std::vector<classify::Votes>& votes);

/// The votes of a finished unit; nothing where it is missing, damaged, or not of `count` texts.
std::optional<std::vector<classify::Votes>> read_votes(const std::filesystem::path& folder, std::size_t index,
                                                       std::size_t count);

/// The same of columns, a row a segment.
Status write_columns(const std::filesystem::path& folder, std::size_t index,
                     const std::vector<classify::Columns>& rows);
std::optional<std::vector<classify::Columns>> read_columns(const std::filesystem::path& folder,
                                                           std::size_t index, std::size_t count);

}  // namespace skald::e5
