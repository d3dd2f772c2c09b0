#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "domain/assignment.hpp"

namespace skald {
namespace {

using Costs = std::vector<std::vector<double>>;

// The least total over all ways to pair rows with columns.
double tried_out(const Costs& costs) {
  const std::size_t rows = costs.size(), columns = costs.front().size();
  std::vector<std::size_t> order(std::max(rows, columns));
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = std::numeric_limits<double>::infinity();
  do {
    double total = 0;
    for (std::size_t r = 0; r < rows; ++r) total += order[r] < columns ? costs[r][order[r]] : 0;
    best = std::min(best, total);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

RC_GTEST_PROP(CheapestPairs, CostAsLittleAsAnyOtherPairing, ()) {
  const auto rows = *rc::gen::inRange<std::size_t>(1, 6), columns = *rc::gen::inRange<std::size_t>(1, 6);
  Costs costs(rows, std::vector<double>(columns));
  for (auto& row : costs)
    for (double& cost : row) cost = *rc::gen::inRange(-20, 21);
  const auto pairs = cheapest_pairs(costs);
  RC_ASSERT(pairs.size() == rows);
  double total = 0;
  std::set<std::size_t> used;
  for (std::size_t r = 0; r < rows; ++r) {
    if (!pairs[r]) continue;
    RC_ASSERT(used.insert(*pairs[r]).second);
    total += costs[r].at(*pairs[r]);
  }
  RC_ASSERT(used.size() == std::min(rows, columns));
  RC_ASSERT(total == tried_out(costs));
}

TEST(CheapestPairs, OfNothingAreNone) {
  EXPECT_TRUE(cheapest_pairs({}).empty());
  const auto pairs = cheapest_pairs({{}, {}});
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_FALSE(pairs[0] || pairs[1]);
}

}  // namespace
}  // namespace skald
