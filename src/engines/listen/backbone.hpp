// The convolutional part of the speaker model: from features to frames that voices are pooled from.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "engines/listen/resnet_file.hpp"

namespace skald::listen {

class Backbone {
 public:
  static constexpr std::size_t kBands = 80;
  static constexpr std::size_t kStep = 8;  // feature frames to a frame of the backbone

  /// InvalidModel, naming the file, where it is missing, damaged or of another kind.
  static Result<Backbone> load(const std::filesystem::path& path);
  explicit Backbone(const ResNet& net, const ConvKernels& kernels = conv_kernels());

  /// Memory of one run after another; each thread has its own.
  struct Scratch {
    FeatureMap map, inside, side;
    TiledConvolution::Scratch tiles;
  };
  /// features: [n, kBands]. Returns [n / kStep rounded up, channels x kBands / kStep], where the bands of a
  /// channel stand together, as the model has it. May run in several threads at once.
  std::vector<float> run(std::span<const float> features, Scratch& scratch) const;

 private:
  using Step = std::variant<DirectConvolution, TiledConvolution>;
  struct Block {
    Step first;
    TiledConvolution second;
    std::vector<DirectConvolution> shortcut;  // one, or none
  };
  const ConvKernels* kernels_;
  DirectConvolution stem_;
  std::vector<Block> blocks_;
};

}  // namespace skald::listen
