#include "domain/diarization/linkage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace skald {

std::vector<float> unit_rows(std::span<const float> rows, std::size_t dimension) {
  std::vector<float> unit(rows.begin(), rows.end());
  for (std::size_t i = 0; i + dimension <= unit.size(); i += dimension) {
    double sum = 0;
    for (std::size_t d = 0; d < dimension; ++d) sum += static_cast<double>(unit[i + d]) * unit[i + d];
    if (sum == 0) continue;
    const double norm = std::sqrt(sum);
    for (std::size_t d = 0; d < dimension; ++d) unit[i + d] = static_cast<float>(unit[i + d] / norm);
  }
  return unit;
}

std::size_t renumber(std::vector<int>& labels) {
  std::map<int, int> names;
  for (int& label : labels) {
    label = names.try_emplace(label, static_cast<int>(names.size())).first->second;
  }
  return names.size();
}

namespace {

/// Squared distances between clusters. Each cluster knows its nearest one among those of a higher index, so
/// that finding the closest pair is one pass over n entries.
class Forest {
 public:
  Forest(std::span<const float> points, std::size_t dimension)
      : n_(points.size() / dimension), distance_(n_ * n_), size_(n_, 1), nearest_(n_), least_(n_) {
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = i + 1; j < n_; ++j) {
        double sum = 0;
        for (std::size_t d = 0; d < dimension; ++d) {
          const double x = static_cast<double>(points[i * dimension + d]) - points[j * dimension + d];
          sum += x * x;
        }
        at(i, j) = at(j, i) = static_cast<float>(sum);
      }
    }
    for (std::size_t i = 0; i < n_; ++i) find_nearest(i);
  }

  struct Pair {
    std::size_t low;
    std::size_t high;
    float distance;
  };

  Pair closest() const {
    const auto i = static_cast<std::size_t>(std::min_element(least_.begin(), least_.end()) - least_.begin());
    return {i, nearest_[i], least_[i]};
  }

  /// The cluster `pair.high` takes `pair.low` in; `low` is gone.
  void merge(const Pair& pair) {
    const auto [low, high, d2] = pair;
    const double a = size_[low];
    const double b = size_[high];
    size_[high] += size_[low];
    size_[low] = 0;
    least_[low] = kFar;
    for (std::size_t k = 0; k < n_; ++k) {
      if (size_[k] == 0 || k == high) continue;
      const double d = (a * at(low, k) + b * at(high, k) - a * b * d2 / (a + b)) / (a + b);
      at(high, k) = at(k, high) = static_cast<float>(std::max(0.0, d));
    }
    for (std::size_t k = 0; k < n_; ++k) {
      if (size_[k] == 0) continue;
      if (k == high || nearest_[k] == low || nearest_[k] == high) {
        find_nearest(k);
      } else if (k < high && at(k, high) < least_[k]) {
        nearest_[k] = high;
        least_[k] = at(k, high);
      }
    }
  }

 private:
  static constexpr float kFar = std::numeric_limits<float>::infinity();

  float& at(std::size_t i, std::size_t j) { return distance_[i * n_ + j]; }

  void find_nearest(std::size_t i) {
    least_[i] = kFar;
    nearest_[i] = i;
    for (std::size_t j = i + 1; j < n_; ++j) {
      if (size_[j] > 0 && at(i, j) < least_[i]) {
        least_[i] = at(i, j);
        nearest_[i] = j;
      }
    }
  }

  std::size_t n_;
  std::vector<float> distance_;
  std::vector<double> size_;
  std::vector<std::size_t> nearest_;
  std::vector<float> least_;
};

}  // namespace

std::vector<int> centroid_linkage(std::span<const float> points, std::size_t dimension, double threshold) {
  const std::size_t n = points.size() / dimension;
  std::vector<int> labels(n);
  std::iota(labels.begin(), labels.end(), 0);
  if (n < 2) return labels;
  Forest forest(points, dimension);
  const double limit = threshold * threshold;
  // A merge counts while it and everything below it is within the threshold.
  std::vector<char> whole(n, 1);
  std::vector<std::vector<int>> members(n);
  for (std::size_t i = 0; i < n; ++i) members[i] = {static_cast<int>(i)};
  for (std::size_t step = 1; step < n; ++step) {
    const auto pair = forest.closest();
    forest.merge(pair);
    const bool keep = whole[pair.low] != 0 && whole[pair.high] != 0 && pair.distance <= limit;
    if (keep) {
      for (const int i : members[pair.low])
        labels[static_cast<std::size_t>(i)] = labels[static_cast<std::size_t>(members[pair.high].front())];
      members[pair.high].insert(members[pair.high].end(), members[pair.low].begin(), members[pair.low].end());
    }
    whole[pair.high] = keep ? 1 : 0;
    members[pair.low].clear();
  }
  renumber(labels);
  return labels;
}

}  // namespace skald
