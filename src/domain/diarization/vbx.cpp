#include "domain/diarization/vbx.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace skald {

namespace {

struct Speakers {
  std::vector<double> inverse_l;  // [speakers, dimension]
  std::vector<double> alpha;      // [speakers, dimension]
};

/// Posterior of each speaker's voice, given who said what.
Speakers update_speakers(std::span<const double> rho, std::span<const double> phi, const VbxResult& r,
                         std::size_t speakers, double ratio) {
  const std::size_t dimension = phi.size();
  const std::size_t n = rho.size() / dimension;
  Speakers s{std::vector<double>(speakers * dimension), std::vector<double>(speakers * dimension)};
  std::vector<double> mass(speakers);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < speakers; ++k) {
      const double g = r.gamma[i * speakers + k];
      mass[k] += g;
      if (g == 0) continue;
      for (std::size_t d = 0; d < dimension; ++d) s.alpha[k * dimension + d] += g * rho[i * dimension + d];
    }
  }
  for (std::size_t k = 0; k < speakers; ++k) {
    for (std::size_t d = 0; d < dimension; ++d) {
      const double inverse = 1 / (1 + ratio * mass[k] * phi[d]);
      s.inverse_l[k * dimension + d] = inverse;
      s.alpha[k * dimension + d] *= ratio * inverse;
    }
  }
  return s;
}

/// New responsibilities and shares. Returns the log-likelihood of the data.
double update_responsibilities(std::span<const double> rho, std::span<const double> evidence,
                               std::span<const double> phi, const Speakers& s, double fa, VbxResult& r) {
  const std::size_t dimension = phi.size();
  const std::size_t speakers = r.pi.size();
  std::vector<double> offset(speakers), log_p(speakers), share(speakers);
  for (std::size_t k = 0; k < speakers; ++k) {
    double sum = 0;
    for (std::size_t d = 0; d < dimension; ++d) {
      const double a = s.alpha[k * dimension + d];
      sum += (s.inverse_l[k * dimension + d] + a * a) * phi[d];
    }
    offset[k] = -0.5 * sum;
  }
  double total = 0;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const double* x = &rho[i * dimension];
    for (std::size_t k = 0; k < speakers; ++k) {
      const double dot = std::inner_product(x, x + dimension, &s.alpha[k * dimension], 0.0);
      log_p[k] = fa * (dot + offset[k] + evidence[i]) + std::log(r.pi[k] + 1e-8);
    }
    const double top = *std::max_element(log_p.begin(), log_p.end());
    double sum = 0;
    for (const double l : log_p) sum += std::exp(l - top);
    const double log_sum = top + std::log(sum);
    total += log_sum;
    for (std::size_t k = 0; k < speakers; ++k) {
      const double g = std::exp(log_p[k] - log_sum);
      r.gamma[i * speakers + k] = g;
      share[k] += g;
    }
  }
  const double mass = std::accumulate(share.begin(), share.end(), 0.0);
  for (std::size_t k = 0; k < speakers; ++k) r.pi[k] = share[k] / mass;
  return total;
}

}  // namespace

VbxResult vbx(std::span<const double> features, std::span<const double> phi, std::span<const int> labels,
              std::size_t speakers, const VbxOptions& options) {
  const std::size_t dimension = phi.size();
  const std::size_t n = labels.size();
  VbxResult r{std::vector<double>(n * speakers),
              std::vector<double>(speakers, 1.0 / static_cast<double>(speakers))};
  const double hot = std::exp(options.sharpness);
  const double sum = hot + static_cast<double>(speakers - 1);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < speakers; ++k) {
      r.gamma[i * speakers + k] = (labels[i] == static_cast<int>(k) ? hot : 1.0) / sum;
    }
  }
  std::vector<double> rho(features.begin(), features.end());
  std::vector<double> evidence(n);
  const double constant = static_cast<double>(dimension) * std::log(2 * std::numbers::pi);
  for (std::size_t i = 0; i < n; ++i) {
    const double* x = &features[i * dimension];
    evidence[i] = -0.5 * (std::inner_product(x, x + dimension, x, 0.0) + constant);
    for (std::size_t d = 0; d < dimension; ++d) rho[i * dimension + d] *= std::sqrt(phi[d]);
  }
  double last = 0;
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    const Speakers s = update_speakers(rho, phi, r, speakers, options.fa / options.fb);
    double bound = update_responsibilities(rho, evidence, phi, s, options.fa, r);
    for (std::size_t j = 0; j < s.alpha.size(); ++j) {
      bound += options.fb * 0.5 * (std::log(s.inverse_l[j]) - s.inverse_l[j] - s.alpha[j] * s.alpha[j] + 1);
    }
    if (iteration > 0 && bound - last < options.epsilon) break;
    last = bound;
  }
  return r;
}

}  // namespace skald
