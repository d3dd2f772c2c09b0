// Hungarian assignment of a small rectangular matrix.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace skald {

/// The column given to each row so that the sum of score[row, column] is largest; each column is used at most
/// once. -1 for rows left over where there are more rows than columns.
std::vector<int> assign_best(std::span<const double> score, std::size_t rows, std::size_t columns);

}  // namespace skald
