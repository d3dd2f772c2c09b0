#include "domain/assignment.hpp"

#include <limits>

namespace skald {

namespace {

/// Shortest augmenting paths with potentials (Jonker and Volgenant); needs rows <= columns. Returns the row
/// of each column, -1 where free.
template <typename Cost>
std::vector<int> rows_of_columns(std::size_t rows, std::size_t columns, const Cost& cost) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> u(rows + 1), v(columns + 1);
  std::vector<std::size_t> match(columns + 1, 0), way(columns + 1, 0);  // 1-based, 0: none
  for (std::size_t i = 1; i <= rows; ++i) {
    match[0] = i;
    std::size_t j0 = 0;
    std::vector<double> least(columns + 1, kInfinity);
    std::vector<char> used(columns + 1, 0);
    do {
      used[j0] = 1;
      const std::size_t i0 = match[j0];
      std::size_t j1 = 0;
      double delta = kInfinity;
      for (std::size_t j = 1; j <= columns; ++j) {
        if (used[j] != 0) continue;
        const double reduced = cost(i0 - 1, j - 1) - u[i0] - v[j];
        if (reduced < least[j]) {
          least[j] = reduced;
          way[j] = j0;
        }
        if (least[j] < delta) {
          delta = least[j];
          j1 = j;
        }
      }
      for (std::size_t j = 0; j <= columns; ++j) {
        if (used[j] != 0) {
          u[match[j]] += delta;
          v[j] -= delta;
        } else {
          least[j] -= delta;
        }
      }
      j0 = j1;
    } while (match[j0] != 0);
    while (j0 != 0) {
      match[j0] = match[way[j0]];
      j0 = way[j0];
    }
  }
  std::vector<int> row(columns);
  for (std::size_t j = 1; j <= columns; ++j) row[j - 1] = static_cast<int>(match[j]) - 1;
  return row;
}

}  // namespace

std::vector<int> assign_best(std::span<const double> score, std::size_t rows, std::size_t columns) {
  std::vector<int> column(rows, -1);
  if (rows == 0 || columns == 0) return column;
  if (rows <= columns) {
    const auto row =
        rows_of_columns(rows, columns, [&](std::size_t i, std::size_t j) { return -score[i * columns + j]; });
    for (std::size_t j = 0; j < columns; ++j) {
      if (row[j] >= 0) column[static_cast<std::size_t>(row[j])] = static_cast<int>(j);
    }
    return column;
  }
  return rows_of_columns(columns, rows,
                         [&](std::size_t i, std::size_t j) { return -score[j * columns + i]; });
}

std::vector<std::optional<std::size_t>> cheapest_pairs(const std::vector<std::vector<double>>& costs) {
  std::vector<std::optional<std::size_t>> pairs(costs.size());
  if (costs.empty()) return pairs;
  std::vector<double> score;
  for (const std::vector<double>& row : costs)
    for (const double cost : row) score.push_back(-cost);
  const std::vector<int> columns = assign_best(score, costs.size(), costs.front().size());
  for (std::size_t row = 0; row < columns.size(); ++row)
    if (columns[row] >= 0) pairs[row] = static_cast<std::size_t>(columns[row]);
  return pairs;
}

}  // namespace skald
