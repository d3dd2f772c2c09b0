#include "domain/assignment.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace skald {
namespace {

double total(const std::vector<int>& column, const std::vector<double>& score, std::size_t columns) {
  double sum = 0;
  for (std::size_t r = 0; r < column.size(); ++r) {
    if (column[r] >= 0) sum += score[r * columns + static_cast<std::size_t>(column[r])];
  }
  return sum;
}

/// The largest sum, by trying everything.
double best_total(const std::vector<double>& score, std::size_t rows, std::size_t columns) {
  const std::size_t n = std::max(rows, columns);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = -1e9;
  do {
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      if (order[r] < columns) sum += score[r * columns + order[r]];
    }
    best = std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

RC_GTEST_PROP(Assignment, IsTheBestOneAndUsesEachColumnOnce, ()) {
  const auto rows = *rc::gen::inRange<std::size_t>(1, 5);
  const auto columns = *rc::gen::inRange<std::size_t>(1, 6);
  const auto whole = *rc::gen::container<std::vector<int>>(rows * columns, rc::gen::inRange(-100, 100));
  const std::vector<double> score(whole.begin(), whole.end());
  const auto column = assign_best(score, rows, columns);
  RC_ASSERT(column.size() == rows);
  std::vector<int> used;
  std::copy_if(column.begin(), column.end(), std::back_inserter(used), [](int c) { return c >= 0; });
  RC_ASSERT(used.size() == std::min(rows, columns));
  std::sort(used.begin(), used.end());
  RC_ASSERT(std::adjacent_find(used.begin(), used.end()) == used.end());
  RC_ASSERT(std::abs(total(column, score, columns) - best_total(score, rows, columns)) < 1e-9);
}

TEST(Assignment, NothingToAssign) {
  EXPECT_TRUE(assign_best({}, 0, 3).empty());
  EXPECT_EQ(assign_best({}, 2, 0), (std::vector<int>{-1, -1}));
}

}  // namespace
}  // namespace skald
