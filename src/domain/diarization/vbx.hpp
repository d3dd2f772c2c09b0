// VBx: variational Bayes over speakers with a PLDA prior (Landini et al. 2022), without the hidden Markov
// chain.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace skald {

struct VbxOptions {
  double fa = 0.07;  // weight of the evidence
  double fb = 0.8;   // weight of the prior: larger means fewer speakers
  int iterations = 20;
  double epsilon = 1e-4;
  double sharpness = 7.0;  // of the first guess
};

struct VbxResult {
  std::vector<double> gamma;  // [n, speakers], probability of each speaker
  std::vector<double> pi;     // [speakers], share of each speaker; near 0: not needed
};

/// features: [n, phi.size()]. labels: first guess, 0 to speakers - 1.
VbxResult vbx(std::span<const double> features, std::span<const double> phi, std::span<const int> labels,
              std::size_t speakers, const VbxOptions& options = {});

}  // namespace skald
