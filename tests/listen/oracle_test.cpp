// Each step of the clustering against the arrays that pyannote's own pipeline gives for the same recording.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "domain/diarization/linkage.hpp"
#include "domain/diarization/local_speakers.hpp"
#include "domain/diarization/timeline.hpp"
#include "domain/diarization/vbx.hpp"
#include "engines/listen/arrays.hpp"
#include "listen/npy.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

using listen::kDimension;
using listen::kFrames;
using listen::kSpeakers;

/// pyannote's segmentation and embeddings as data of ours.
ListenData oracle_data(const std::filesystem::path& folder, const std::string& name) {
  ListenData data;
  const auto segmentation = read_npy(folder / (name + "_segmentation_data.npy"));
  const auto embeddings = read_npy(folder / (name + "_embeddings_data.npy"));
  const std::size_t windows = segmentation.size() / (kFrames * kSpeakers);
  data.active.resize(windows * kFrames);
  data.embedded.resize(windows);
  data.embeddings.resize(windows * kSpeakers * kDimension);
  data.length = {static_cast<std::int64_t>(windows + 9) * listen::kWindowStep};
  for (std::size_t i = 0; i < segmentation.size(); ++i) {
    if (segmentation[i] > 0.5) {
      auto& bits = data.active[i / kSpeakers];
      bits = static_cast<std::uint8_t>(bits | 1U << (i % kSpeakers));
    }
  }
  for (std::size_t i = 0; i < windows * kSpeakers; ++i) {
    if (std::isnan(embeddings[i * kDimension])) continue;
    auto& bits = data.embedded[i / kSpeakers];
    bits = static_cast<std::uint8_t>(bits | 1U << (i % kSpeakers));
    for (std::size_t d = 0; d < kDimension; ++d)
      data.embeddings[i * kDimension + d] = static_cast<float>(embeddings[i * kDimension + d]);
  }
  return data;
}

class Oracle : public testing::TestWithParam<std::string> {};

TEST_P(Oracle, CountsSpeakersOfEveryFrame) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  const auto count = count_speakers(oracle_data(folder, GetParam()));
  const auto expected = read_npy_as<std::uint8_t>(folder / (GetParam() + "_speaker_counting_data.npy"));
  ASSERT_LE(expected.size(), count.size());
  const std::vector<std::uint8_t> seen(count.begin(),
                                       count.begin() + static_cast<std::ptrdiff_t>(expected.size()));
  EXPECT_EQ(seen, expected);
}

INSTANTIATE_TEST_SUITE_P(Pyannote, Oracle,
                         testing::Values("pipeline", "3speakers", "short", "single_speaker"));

TEST(Oracle, ChoosesTheTrainingSet) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  const auto set = select_training(oracle_data(folder, "pipeline"));
  const auto windows = read_npy_as<std::size_t>(folder / "pipeline_train_chunk_idx.npy");
  const auto speakers = read_npy_as<std::size_t>(folder / "pipeline_train_speaker_idx.npy");
  ASSERT_EQ(set.owners.size(), windows.size());
  for (std::size_t i = 0; i < windows.size(); ++i)
    EXPECT_EQ(set.owners[i], windows[i] * kSpeakers + speakers[i]);
}

TEST(Oracle, LinksByCentroids) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  const auto train = read_npy_as<float>(folder / "pipeline_train_embeddings.npy");
  auto expected = read_npy_as<int>(folder / "pipeline_ahc_clusters.npy");
  renumber(expected);
  EXPECT_EQ(centroid_linkage(unit_rows(train, kDimension), kDimension, 0.6), expected);
}

TEST(Oracle, TransformsByThePlda) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  SKALD_NEED_MODEL(models, "community-1");
  const auto plda = listen::read_plda(models);
  ASSERT_TRUE(plda) << plda.error().message;
  const auto phi = read_npy(folder / "pipeline_plda_phi.npy");
  ASSERT_EQ(phi.size(), plda->phi.size());
  for (std::size_t i = 0; i < phi.size(); ++i) EXPECT_NEAR(plda->phi[i], phi[i], 1e-6 * phi[0]);
  const auto features = plda_features(*plda, read_npy_as<float>(folder / "pipeline_train_embeddings.npy"));
  const auto expected = read_npy(folder / "pipeline_plda_features.npy");
  ASSERT_EQ(features.size(), expected.size());
  // An axis of an eigenvector may point either way; distances do not mind.
  for (std::size_t d = 0; d < PldaModel::kOut; ++d) {
    const double sign = features[d] * expected[d] < 0 ? -1 : 1;
    for (std::size_t i = d; i < features.size(); i += PldaModel::kOut)
      EXPECT_NEAR(features[i], sign * expected[i], 1e-3);
  }
}

TEST(Oracle, FindsSpeakersByVbx) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  const auto features = read_npy(folder / "pipeline_plda_features.npy");
  const auto phi = read_npy(folder / "pipeline_plda_phi.npy");
  const auto labels = read_npy_as<int>(folder / "pipeline_ahc_clusters.npy");
  const VbxResult found = vbx(features, phi, labels, 2);
  const auto gamma = read_npy(folder / "pipeline_vbx_gamma.npy");
  const auto pi = read_npy(folder / "pipeline_vbx_pi.npy");
  for (std::size_t i = 0; i < gamma.size(); ++i) EXPECT_NEAR(found.gamma[i], gamma[i], 1e-6);
  for (std::size_t i = 0; i < pi.size(); ++i) EXPECT_NEAR(found.pi[i], pi[i], 1e-6);
}

TEST(Oracle, AssignsLocalSpeakersAndPutsFramesTogether) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  SKALD_NEED_MODEL(models, "community-1");
  const auto plda = listen::read_plda(models);
  ASSERT_TRUE(plda);
  const auto data = oracle_data(folder, "pipeline");
  const auto centroids = vbx_centroids(select_training(data), *plda);
  ASSERT_EQ(centroids.size(), 2 * kDimension);
  const auto assignment = assign_windows(data, centroids);
  const auto expected = read_npy_as<int>(folder / "pipeline_hard_clusters.npy");
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(assignment[i], expected[i] == -2 ? -1 : expected[i]) << "local speaker " << i;
  const auto frames = reconstruct(data, assignment, 2, count_speakers(data));
  const auto discrete = read_npy_as<std::uint8_t>(folder / "pipeline_discrete_diarization_data.npy");
  ASSERT_LE(discrete.size(), frames.size());
  EXPECT_EQ(std::vector<std::uint8_t>(frames.begin(),
                                      frames.begin() + static_cast<std::ptrdiff_t>(discrete.size())),
            discrete);
}

TEST(Oracle, CosinesOfEmbeddings) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  const auto rows = unit_rows(read_npy_as<float>(folder / "cosine_sim_input.npy"), kDimension);
  const auto expected = read_npy(folder / "cosine_sim_expected.npy");
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t j = 0; j < 10; ++j) {
      double dot = 0;
      for (std::size_t d = 0; d < kDimension; ++d)
        dot += static_cast<double>(rows[i * kDimension + d]) * rows[j * kDimension + d];
      EXPECT_NEAR(dot, expected[i * 10 + j], 1e-5);
    }
  }
}

}  // namespace
}  // namespace skald
