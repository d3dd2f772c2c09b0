#include "engines/listen/arrays.hpp"

namespace skald::listen {

Result<PldaModel> read_plda(const std::filesystem::path& models) {
  constexpr std::size_t kIn = PldaModel::kIn;
  constexpr std::size_t kOut = PldaModel::kOut;
  PldaModel plda;
  plda.mean1 = TRY((read_array<double, double>(models / "xvec_mean1.bin", kIn)));
  plda.mean2 = TRY((read_array<float, double>(models / "xvec_mean2.bin", kOut)));
  plda.lda = TRY((read_array<float, double>(models / "xvec_lda.bin", kIn * kOut)));
  plda.mu = TRY((read_array<double, double>(models / "plda_mu.bin", kOut)));
  plda.transform = TRY((read_array<double, double>(models / "plda_tr.bin", kOut * kOut)));
  plda.phi = TRY((read_array<double, double>(models / "plda_psi.bin", kOut)));
  sort_by_variance(plda);
  return plda;
}

}  // namespace skald::listen
