#include "domain/diarization/voices.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace skald {

namespace {

// Cosines between true voices, over pairs of pieces of the same and of different people in real meetings and
// read speech. Beyond the means nothing gets surer.
constexpr double kSameMean = 0.95;
constexpr double kSameVariance = 0.04;
constexpr double kOtherMean = 0.20;
constexpr double kOtherVariance = 0.025;
constexpr double kNoiseDimensions = 90;  // noise spreads over so many directions
constexpr double kNoiseSeconds = 1.0;    // speech as long as this is half voice, half noise
// What the segmentation is worth: it hears one person as one with odds of 10, two as two with odds of 12.
constexpr double kTogetherOdds = 2.3;
constexpr double kApartOdds = 2.5;
constexpr double kWitnessSeconds = 1.0;  // of pieces seen together until it counts half

constexpr float kNever = -std::numeric_limits<float>::infinity();

/// Logarithm of the odds that voices with this cosine, measured with this variance, are one.
double cosine_odds(double cosine, double variance) {
  const double c = std::clamp(cosine, kOtherMean, kSameMean);
  const double same = kSameVariance + variance;
  const double other = kOtherVariance + variance;
  return 0.5 * ((c - kOtherMean) * (c - kOtherMean) / other + std::log(other) -
                (c - kSameMean) * (c - kSameMean) / same - std::log(same));
}

class Merger {
 public:
  Merger(std::vector<VoiceGroup> groups, std::span<const PairWitness> witnesses, const PairWorth& worth)
      : n_(groups.size()),
        groups_(std::move(groups)),
        worth_(worth),
        dot_(n_ * n_),
        apart_(n_ * n_),
        together_(n_ * n_),
        pair_worth_(n_ * n_, kNever),
        alive_(n_, 1),
        best_(n_) {
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = i + 1; j < n_; ++j) {
        const auto& a = groups_[i].sum;
        const auto& b = groups_[j].sum;
        dot_[i * n_ + j] = dot_[j * n_ + i] =
            static_cast<float>(std::inner_product(a.begin(), a.end(), b.begin(), 0.0));
      }
    }
    for (const PairWitness& p : witnesses) {
      for (const std::size_t at : {p.first * n_ + p.second, p.second * n_ + p.first}) {
        apart_[at] += static_cast<float>(p.witness.apart);
        together_[at] += static_cast<float>(p.witness.together);
      }
    }
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = i + 1; j < n_; ++j) judge(i, j);
    }
    for (std::size_t i = 0; i < n_; ++i) find_best(i);
  }

  struct Pair {
    std::size_t into;
    std::size_t from;
    double worth;
  };

  Pair best() const {
    std::size_t top = 0;
    for (std::size_t i = 1; i < n_; ++i) {
      if (best_worth(i) > best_worth(top)) top = i;
    }
    const auto [into, from] = std::minmax(top, best_[top]);
    return {into, from, best_worth(top)};
  }

  Merge join(const Pair& pair) {
    const std::size_t a = pair.into;
    const std::size_t b = pair.from;
    const Merge merge{a, b, odds(a, b)};
    groups_[a].reach += groups_[b].reach;
    groups_[a].noise += groups_[b].noise;
    groups_[a].seconds += groups_[b].seconds;
    alive_[b] = 0;
    for (std::size_t k = 0; k < n_; ++k) {
      pair_worth_[b * n_ + k] = pair_worth_[k * n_ + b] = kNever;
      if (alive_[k] == 0 || k == a) continue;
      for (auto* table : {&dot_, &apart_, &together_}) {
        auto& t = *table;
        t[a * n_ + k] += t[b * n_ + k];
        t[k * n_ + a] = t[a * n_ + k];
      }
      judge(a, k);
    }
    for (std::size_t k = 0; k < n_; ++k) {
      if (alive_[k] == 0) continue;
      if (k == a || best_[k] == a || best_[k] == b) {
        find_best(k);
      } else if (pair_worth_[k * n_ + a] > best_worth(k)) {
        best_[k] = a;
      }
    }
    return merge;
  }

 private:
  float best_worth(std::size_t i) const { return pair_worth_[i * n_ + best_[i]]; }

  void find_best(std::size_t i) {
    const auto row = pair_worth_.begin() + static_cast<std::ptrdiff_t>(i * n_);
    best_[i] = static_cast<std::size_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(n_)) - row);
  }

  void judge(std::size_t i, std::size_t j) {
    const float o = odds(i, j);
    const double seconds = std::min(groups_[i].seconds, groups_[j].seconds);
    pair_worth_[i * n_ + j] = pair_worth_[j * n_ + i] =
        worth_ ? static_cast<float>(worth_(static_cast<double>(o), seconds)) : o;
  }

  float odds(std::size_t i, std::size_t j) const {
    const VoiceGroup& a = groups_[i];
    const VoiceGroup& b = groups_[j];
    const double noise_a = a.noise / (a.reach * a.reach);
    const double noise_b = b.noise / (b.reach * b.reach);
    const double variance = (noise_a + noise_b + noise_a * noise_b) / kNoiseDimensions;
    const double cosine = static_cast<double>(dot_[i * n_ + j]) / (a.reach * b.reach);
    const double apart = static_cast<double>(apart_[i * n_ + j]);
    const double together = static_cast<double>(together_[i * n_ + j]);
    const double seen =
        (kTogetherOdds * together - kApartOdds * apart) / (together + apart + kWitnessSeconds);
    return static_cast<float>(cosine_odds(cosine, variance) + seen);
  }

  std::size_t n_;
  std::vector<VoiceGroup> groups_;
  const PairWorth& worth_;
  std::vector<float> dot_, apart_, together_, pair_worth_;  // [n, n], symmetric
  std::vector<char> alive_;
  std::vector<std::size_t> best_;  // the likeliest partner of each
};

}  // namespace

VoiceGroup voice_group(std::span<const float> embedding, double seconds) {
  double square = 0;
  for (const float x : embedding) square += static_cast<double>(x) * x;
  const double scale = square > 0 ? seconds / std::sqrt(square) : 0;
  const double voice = seconds / (seconds + kNoiseSeconds);
  VoiceGroup group{std::vector<double>(embedding.size()), seconds * std::sqrt(voice),
                   seconds * seconds * (1 - voice), seconds};
  std::transform(embedding.begin(), embedding.end(), group.sum.begin(),
                 [scale](float x) { return scale * static_cast<double>(x); });
  return group;
}

std::vector<Merge> merge_voices(std::vector<VoiceGroup> groups, std::span<const PairWitness> witnesses,
                                double least, std::size_t at_most, const PairWorth& worth) {
  std::vector<Merge> merges;
  std::size_t left = groups.size();
  if (left < 2) return merges;
  Merger merger(std::move(groups), witnesses, worth);
  for (; left > 1; --left) {
    const auto pair = merger.best();
    if (pair.worth < least && left <= at_most) break;
    merges.push_back(merger.join(pair));
  }
  return merges;
}

std::vector<std::size_t> groups_after(std::size_t groups, std::span<const Merge> merges, std::size_t steps) {
  std::vector<std::size_t> group(groups);
  std::iota(group.begin(), group.end(), std::size_t{0});
  for (std::size_t m = steps; m-- > 0;) group[merges[m].from] = group[merges[m].into];
  return group;
}

}  // namespace skald
