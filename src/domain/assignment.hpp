// The assignment problem (Kuhn 1955, by Jonker's shortest paths): pairs of rows and columns with the best
// total.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace skald {

/// The column given to each row so that the sum of score[row, column] is largest; each column is used at most
/// once. -1 for rows left over where there are more rows than columns.
std::vector<int> assign_best(std::span<const double> score, std::size_t rows, std::size_t columns);

/// For each row the column given to it, so that the sum of costs is least. Every row or every column is used,
/// whichever are fewer. All rows are equally long; costs are finite.
std::vector<std::optional<std::size_t>> cheapest_pairs(const std::vector<std::vector<double>>& costs);

}  // namespace skald
