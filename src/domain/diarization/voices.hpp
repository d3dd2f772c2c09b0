// Which embeddings are of one person: agglomerative clustering by the odds that two groups are one voice.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "domain/diarization/pieces.hpp"

namespace skald {

/// Pieces taken for one voice. An embedding of d seconds, scaled to length 1, is the voice's direction times
/// sqrt(d / (d + 1 s)) plus noise: short embeddings of one person are far apart, and yet the products of
/// sums, divided by the lengths expected, tell the cosine between two voices without bias.
struct VoiceGroup {
  std::vector<double> sum;  // of unit embeddings times seconds
  double reach = 0;         // expected length of `sum` along the voice
  double noise = 0;         // expected square of the rest
  double seconds = 0;
};
VoiceGroup voice_group(std::span<const float> embedding, double seconds);

/// Two groups that became one, the one with the higher index going into the other.
struct Merge {
  std::size_t into = 0;
  std::size_t from = 0;
  double odds = 0;  // logarithm of the odds that both are one person
};

struct PairWitness {
  std::size_t first = 0;
  std::size_t second = 0;
  Witness witness;
};

/// What a pair of groups is worth joining, from the odds that both are one person and the seconds of the
/// shorter one.
using PairWorth = std::function<double(double odds, double seconds)>;

/// Joins the pair worth most again and again, as long as it is worth `least` or more than `at_most` groups
/// are left. Without `worth` it is the likeliest pair. Quadratic in memory and, for usual data, in time.
std::vector<Merge> merge_voices(std::vector<VoiceGroup> groups, std::span<const PairWitness> witnesses,
                                double least, std::size_t at_most, const PairWorth& worth = {});

/// The group of each piece after the first `steps` merges.
std::vector<std::size_t> groups_after(std::size_t groups, std::span<const Merge> merges, std::size_t steps);

}  // namespace skald
