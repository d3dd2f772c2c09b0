// The network that reads dialogues as an OpenVINO graph.
#pragma once
#include <memory>

#include "engines/e5/dialogue_file.hpp"

namespace ov {
class Model;
}

namespace skald::e5 {

/// Inputs: `x` [1, tokens, width], sums of word, position, type and name embeddings; `mask` [1, 1, 1,
/// tokens], 0 for tokens and very negative for padding; `mean` [1, segments, tokens], weights of each
/// segment's mean; `end` [1, segments, tokens], 1 at each segment's end token. Output: [1, segments,
/// kColumns]. The weights stay in 8 bits.
std::shared_ptr<ov::Model> make_dialogue_graph(const DialogueFile& file);

}  // namespace skald::e5
