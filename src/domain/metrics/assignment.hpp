// The assignment problem: pairs of rows and columns with the least total cost.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

namespace skald {

/// For each row the column given to it, so that the sum of costs is least (Kuhn 1955, with Jonker's shortest
/// paths). Every row or every column is used, whichever are fewer. All rows are equally long; costs are
/// finite.
std::vector<std::optional<std::size_t>> cheapest_pairs(const std::vector<std::vector<double>>& costs);

}  // namespace skald
