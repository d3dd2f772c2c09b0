// How many people a recording has, and how each of them sounds.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "domain/diarization/listen_data.hpp"

namespace skald {

/// What is known about the number of speakers.
struct PeopleCount {
  std::optional<std::size_t> exact;  // so many, where so many voices can be told apart
  std::optional<std::size_t> least;
  std::optional<std::size_t> most;
  std::optional<std::size_t> people;  // at the table: an upper bound where `most` is not given, and a prior
};

/// A voice that is surely there: one centroid for each person, [people, kDimension], unit vectors.
using Centroids = std::vector<float>;

/// The people whom the pieces of a recording belong to, in order of their first piece. None where no piece
/// has an embedding.
Centroids find_people(const ListenData& data, const PeopleCount& count);

/// The person of each piece; -1 for pieces without an embedding.
std::vector<int> label_pieces(const ListenData& data, const Centroids& centroids);

}  // namespace skald
