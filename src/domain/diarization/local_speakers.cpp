#include "domain/diarization/local_speakers.hpp"

#include <algorithm>
#include <cmath>

#include "domain/assignment.hpp"
#include "domain/diarization/linkage.hpp"
#include "domain/diarization/pieces.hpp"
#include "domain/diarization/vbx.hpp"

namespace skald {

using listen::kDimension;
using listen::kFrames;
using listen::kSpeakers;

namespace {

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t d = 0; d < a.size(); ++d) {
    ab += static_cast<double>(a[d]) * b[d];
    aa += static_cast<double>(a[d]) * a[d];
    bb += static_cast<double>(b[d]) * b[d];
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::uint8_t speaks(const ListenData& data, std::size_t window) {
  std::uint8_t bits = 0;
  for (const std::uint8_t frame : data.frames(window)) bits |= frame;
  return bits;
}

}  // namespace

TrainingSet select_training(const ListenData& data) {
  TrainingSet set;
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const auto frames = data.frames(w);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      const auto alone = std::count(frames.begin(), frames.end(), static_cast<std::uint8_t>(1U << k));
      if (!data.has_embedding(w, k) || static_cast<double>(alone) < 0.2 * kFrames) continue;
      const auto e = data.embedding(w, k);
      set.owners.push_back(w * kSpeakers + k);
      set.embeddings.insert(set.embeddings.end(), e.begin(), e.end());
    }
  }
  return set;
}

std::vector<float> vbx_centroids(const TrainingSet& set, const PldaModel& plda) {
  if (set.owners.size() < 2) return {};
  const auto unit = unit_rows(set.embeddings, kDimension);
  const auto labels = centroid_linkage(unit, kDimension, 0.6);
  const auto first = static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end())) + 1;
  const auto features = plda_features(plda, set.embeddings);
  const VbxResult result = vbx(features, plda.phi, labels, first);
  std::vector<float> centroids;
  for (std::size_t s = 0; s < first; ++s) {
    if (result.pi[s] <= 1e-7) continue;
    std::vector<double> sum(kDimension);
    double mass = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const double g = result.gamma[i * first + s];
      mass += g;
      for (std::size_t d = 0; d < kDimension; ++d) sum[d] += g * set.embeddings[i * kDimension + d];
    }
    for (const double x : sum) centroids.push_back(static_cast<float>(x / mass));
  }
  return centroids;
}

Assignment assign_windows(const ListenData& data, std::span<const float> centroids) {
  const std::size_t people = centroids.size() / kDimension;
  Assignment assignment(data.windows() * kSpeakers, -1);
  std::vector<double> score(kSpeakers * people);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::uint8_t active = speaks(data, w);
    if (active == 0) continue;
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      for (std::size_t s = 0; s < people; ++s) {
        score[k * people + s] =
            data.has_embedding(w, k) && (active >> k & 1) != 0
                ? cosine(data.embedding(w, k), centroids.subspan(s * kDimension, kDimension))
                : -3.0;
      }
    }
    const auto best = assign_best(score, kSpeakers, people);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      if ((active >> k & 1) != 0) assignment[w * kSpeakers + k] = best[k];
    }
  }
  return assignment;
}

Assignment assign_windows(const ListenData& data, std::span<const float> centroids,
                          const std::vector<int>& pieces) {
  constexpr double kCosineSeconds = 0.5;  // what the embedding of the window counts
  const std::size_t people = centroids.size() / kDimension;
  Assignment assignment(data.windows() * kSpeakers, -1);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::uint8_t active = speaks(data, w);
    if (active == 0) continue;
    std::vector<double> score(kSpeakers * people);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      for (std::size_t s = 0; s < people; ++s) {
        const auto centroid = centroids.subspan(s * kDimension, kDimension);
        score[k * people + s] = (active >> k & 1) == 0 ? -1e6
                                : data.has_embedding(w, k)
                                    ? kCosineSeconds * cosine(data.embedding(w, k), centroid)
                                    : 0.0;
      }
    }
    for (const PieceSpeaker& p : pieces_of_window(data, w)) {
      if (pieces[p.piece] < 0) continue;
      score[p.speaker * people + static_cast<std::size_t>(pieces[p.piece])] +=
          heard_seconds(data.pieces[p.piece]);
    }
    const auto best = assign_best(score, kSpeakers, people);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      if ((active >> k & 1) != 0) assignment[w * kSpeakers + k] = best[k];
    }
  }
  return assignment;
}

Assignment one_person(const ListenData& data) {
  Assignment assignment(data.windows() * kSpeakers, -1);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::uint8_t active = speaks(data, w);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      if ((active >> k & 1) != 0) assignment[w * kSpeakers + k] = 0;
    }
  }
  return assignment;
}

std::vector<float> mean_voice(const ListenData& data) {
  std::vector<double> sum(kDimension);
  double n = 0;
  for (std::size_t i = 0; i < data.windows() * kSpeakers; ++i) {
    if (!data.has_embedding(i / kSpeakers, i % kSpeakers)) continue;
    const auto e = data.embedding(i / kSpeakers, i % kSpeakers);
    for (std::size_t d = 0; d < kDimension; ++d) sum[d] += e[d];
    ++n;
  }
  std::vector<float> mean(kDimension);
  if (n > 0)
    std::transform(sum.begin(), sum.end(), mean.begin(), [n](double x) { return static_cast<float>(x / n); });
  return mean;
}

}  // namespace skald
