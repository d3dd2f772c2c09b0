#include "domain/diarization/plda.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace skald {

namespace {

void scale_to(std::span<double> x, double length) {
  const double norm = std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  if (norm > 0) {
    for (double& v : x) v *= length / norm;
  }
}

}  // namespace

void sort_by_variance(PldaModel& model) {
  constexpr std::size_t kOut = PldaModel::kOut;
  std::vector<std::size_t> order(kOut);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return model.phi[a] > model.phi[b]; });
  std::vector<double> transform(kOut * kOut), phi(kOut);
  for (std::size_t i = 0; i < kOut; ++i) {
    phi[i] = model.phi[order[i]];
    std::copy_n(&model.transform[order[i] * kOut], kOut, &transform[i * kOut]);
  }
  model.transform = std::move(transform);
  model.phi = std::move(phi);
}

std::vector<double> plda_features(const PldaModel& model, std::span<const float> embeddings) {
  constexpr std::size_t kIn = PldaModel::kIn;
  constexpr std::size_t kOut = PldaModel::kOut;
  const std::size_t n = embeddings.size() / kIn;
  std::vector<double> features(n * kOut);
  std::vector<double> x(kIn), y(kOut);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t d = 0; d < kIn; ++d) x[d] = embeddings[i * kIn + d] - model.mean1[d];
    scale_to(x, std::sqrt(static_cast<double>(kIn)));
    for (std::size_t j = 0; j < kOut; ++j) y[j] = -model.mean2[j];
    for (std::size_t d = 0; d < kIn; ++d) {
      for (std::size_t j = 0; j < kOut; ++j) y[j] += x[d] * model.lda[d * kOut + j];
    }
    scale_to(y, std::sqrt(static_cast<double>(kOut)));
    for (std::size_t j = 0; j < kOut; ++j) y[j] -= model.mu[j];
    for (std::size_t j = 0; j < kOut; ++j) {
      features[i * kOut + j] = std::inner_product(y.begin(), y.end(), &model.transform[j * kOut], 0.0);
    }
  }
  return features;
}

}  // namespace skald
