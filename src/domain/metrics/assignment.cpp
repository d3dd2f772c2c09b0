#include "domain/metrics/assignment.hpp"

#include <algorithm>
#include <limits>

namespace skald {
namespace {

// Rows are not more than columns. Column and row 0 are outside: they stand for "none".
std::vector<std::size_t> column_owners(const std::vector<std::vector<double>>& costs) {
  const std::size_t rows = costs.size();
  const std::size_t columns = costs.front().size();
  std::vector<double> row_price(rows + 1, 0), column_price(columns + 1, 0);
  std::vector<std::size_t> owner(columns + 1, 0), way(columns + 1, 0);
  for (std::size_t row = 1; row <= rows; ++row) {
    owner[0] = row;
    std::size_t column = 0;
    std::vector<double> least(columns + 1, std::numeric_limits<double>::infinity());
    std::vector<char> used(columns + 1, 0);
    do {
      used[column] = 1;
      const std::size_t from = owner[column];
      double step = std::numeric_limits<double>::infinity();
      std::size_t next = 0;
      for (std::size_t c = 1; c <= columns; ++c) {
        if (used[c] != 0) continue;
        const double reduced = costs[from - 1][c - 1] - row_price[from] - column_price[c];
        if (reduced < least[c]) {
          least[c] = reduced;
          way[c] = column;
        }
        if (least[c] < step) {
          step = least[c];
          next = c;
        }
      }
      for (std::size_t c = 0; c <= columns; ++c) {
        if (used[c] != 0) {
          row_price[owner[c]] += step;
          column_price[c] -= step;
        } else {
          least[c] -= step;
        }
      }
      column = next;
    } while (owner[column] != 0);
    while (column != 0) {
      owner[column] = owner[way[column]];
      column = way[column];
    }
  }
  return owner;
}

}  // namespace

std::vector<std::optional<std::size_t>> cheapest_pairs(const std::vector<std::vector<double>>& costs) {
  std::vector<std::optional<std::size_t>> pairs(costs.size());
  if (costs.empty() || costs.front().empty()) return pairs;
  if (costs.size() <= costs.front().size()) {
    const std::vector<std::size_t> owner = column_owners(costs);
    for (std::size_t c = 1; c < owner.size(); ++c)
      if (owner[c] != 0) pairs[owner[c] - 1] = c - 1;
    return pairs;
  }
  std::vector<std::vector<double>> turned(costs.front().size(), std::vector<double>(costs.size()));
  for (std::size_t r = 0; r < costs.size(); ++r)
    for (std::size_t c = 0; c < costs[r].size(); ++c) turned[c][r] = costs[r][c];
  const std::vector<std::size_t> owner = column_owners(turned);
  for (std::size_t r = 1; r < owner.size(); ++r)
    if (owner[r] != 0) pairs[r - 1] = owner[r] - 1;
  return pairs;
}

}  // namespace skald
