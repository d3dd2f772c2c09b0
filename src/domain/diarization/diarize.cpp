#include "domain/diarization/diarize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "domain/diarization/assignment.hpp"
#include "domain/diarization/linkage.hpp"
#include "domain/diarization/speech.hpp"
#include "domain/diarization/vbx.hpp"

namespace skald {

using listen::kDimension;
using listen::kFrames;
using listen::kSpeakers;

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

std::vector<float> vbx_centroids(const TrainingSet& set, const PldaModel& plda) {
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

}  // namespace

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

DiarizeResult diarize(const ListenData& data, const PldaModel& plda, const DiarizeOptions& options) {
  (void)options;
  DiarizeResult result;
  const TrainingSet set = select_training(data);
  std::vector<float> centroids;
  if (set.owners.size() >= 2) centroids = vbx_centroids(set, plda);
  const std::size_t people = centroids.size() / kDimension;
  const auto assignment = assign_windows(data, centroids);
  const auto count = count_speakers(data);
  const auto frames = reconstruct(data, assignment, people, count);
  const Seconds end = to_seconds(data.length);
  for (std::size_t s = 0; s < people; ++s) {
    for (const Span& span :
         spans_of(count.size(), end, [&](std::size_t f) { return frames[f * people + s] != 0; })) {
      result.diarization.turns.push_back({span, "SPEAKER_0" + std::to_string(s)});
    }
  }
  std::stable_sort(result.diarization.turns.begin(), result.diarization.turns.end(),
                   [](const Turn& a, const Turn& b) { return a.span < b.span; });
  return result;
}

}  // namespace skald
