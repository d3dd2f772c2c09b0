// Reads data/classification/dialogue.bin: the layers of e5-small, trained on whole dialogues, 8 bits a
// weight.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/classify/head.hpp"

namespace skald::e5 {

inline constexpr std::size_t kNames =
    3;  // kinds of names that a text can have: people, own and other characters

/// A linear map: weight = stored number x scale of its output.
struct Linear {
  std::size_t outputs = 0, inputs = 0;
  std::span<const std::byte> weights;  // int8, a row an output; points into the file
  std::vector<float> scale, bias;      // an output each
};

struct Norm {
  std::vector<float> weight, bias;
};

/// BERT's encoder layer (Devlin et al. 2019).
struct EncoderLayer {
  Linear query, key, value, attended, inner, outer;
  Norm after_attention, after_all;
};

struct DialogueFile {
  std::size_t width = 0, heads = 0;
  float epsilon = 0;  // of the norms
  Norm embeddings;
  std::vector<EncoderLayer> layers;
  std::vector<float> names;    // kNames rows of `width`: added to the end of a segment that has such names
  std::vector<float> head;     // kColumns rows of 2 x width: mean of the tokens, then the end token
  std::vector<float> bias;     // kColumns
  double share = 0;            // of these columns beside the head's
  classify::LabelChain chain;  // of both together

  /// Checks magic, version, checksum, sizes and numbers. `file` must outlive the result. InvalidModel names
  /// `origin` and what is wrong.
  static Result<DialogueFile> parse(std::span<const std::byte> file, std::string_view origin);
};

}  // namespace skald::e5
