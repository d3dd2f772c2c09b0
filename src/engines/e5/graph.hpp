// The encoder as an OpenVINO graph.
#pragma once
#include <memory>
#include <vector>

#include "engines/e5/arithmetic.hpp"
#include "engines/e5/model_file.hpp"

namespace ov {
class Model;
}

namespace skald::e5 {

/// Inputs: `x` [batch, tokens, width], sums of word, position and type embeddings; `mask` [batch, 1, 1,
/// tokens], 0 for tokens and very negative for padding; `pool` [batch, 1, tokens], weights of the mean.
/// Output: the pooled outputs of `layers` (1 is the first), [batch, layers, width].
std::shared_ptr<ov::Model> make_graph(const ModelFile& file, const std::vector<int>& layers,
                                      Arithmetic arithmetic);

}  // namespace skald::e5
