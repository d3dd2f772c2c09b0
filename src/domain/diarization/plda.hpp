// The space in which VBx compares voices: centred, whitened and projected embeddings.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace skald {

/// The arrays of community-1: two centring steps around a linear discriminant projection, then a PLDA.
struct PldaModel {
  static constexpr std::size_t kIn = 256;
  static constexpr std::size_t kOut = 128;
  std::vector<double> mean1;      // [kIn]
  std::vector<double> mean2;      // [kOut]
  std::vector<double> lda;        // [kIn, kOut]
  std::vector<double> mu;         // [kOut]
  std::vector<double> transform;  // [kOut, kOut], rows by falling phi
  std::vector<double> phi;        // [kOut], between-speaker variances, falling
};

/// Puts the rows of the transform in the order of falling variances, as VBx expects. The rows solve the
/// generalised eigenproblem of between- and within-speaker covariance: with W = T^-1 T^-T and B = T^-1
/// diag(psi) T^-T, the vectors T^T e_i have eigenvalue psi_i.
void sort_by_variance(PldaModel& model);

/// Embeddings [n, 256] to PLDA features [n, 128].
std::vector<double> plda_features(const PldaModel& model, std::span<const float> embeddings);

}  // namespace skald
