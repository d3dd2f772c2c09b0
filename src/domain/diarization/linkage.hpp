// Hierarchical clustering with centroid linkage, in quadratic memory and, for usual data, quadratic time.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace skald {

/// Unit vectors of the rows of [n, dimension]; rows of zeros stay.
std::vector<float> unit_rows(std::span<const float> rows, std::size_t dimension);

/// Labels 0, 1, ... of [n, dimension] points. Clusters are the largest ones in which no merge was farther
/// than `threshold` (Euclidean distance of centroids). A distance between centroids can shrink as clusters
/// grow, so the whole tree is built before it is cut.
std::vector<int> centroid_linkage(std::span<const float> points, std::size_t dimension, double threshold);

/// Renumbers labels by first appearance; returns how many there are.
std::size_t renumber(std::vector<int>& labels);

}  // namespace skald
