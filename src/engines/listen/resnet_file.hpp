// The weights of a residual network (He et al. 2016) from a model file.
#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "engines/listen/feature_map.hpp"

namespace skald::listen {

/// Two convolutions whose sum with what went in (itself, or its 1 x 1 convolution) goes on.
struct ResidualBlock {
  Convolution first, second;
  std::optional<Convolution> shortcut;
};

struct ResNet {
  Convolution stem;
  std::vector<ResidualBlock> blocks;
};

/// A picture [batch, rows, columns] of one channel goes in; weights are turned so that its rows are rows.
/// InvalidModel, naming the file, where it is missing, damaged, or not such a network.
Result<ResNet> read_resnet(const std::filesystem::path& path);

}  // namespace skald::listen
