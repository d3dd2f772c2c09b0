// Whisper's decoder: text tokens in, what comes next out, with attention to the encoded speech. Weights are
// rows of 8-bit numbers, keys and values of the speech are bfloat16, all else is single precision.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engines/whisper/kernels.hpp"
#include "engines/whisper/model.hpp"

namespace skald::whisper {

/// What the decoder attends to of one window: keys and values of each layer and head.
class SpeechMemory {
 public:
  explicit SpeechMemory(const Dimensions& dimensions);
  /// keys: [heads x size x positions] of a layer, in single precision.
  void set_keys(int layer, std::span<const float> keys);
  /// values: [heads x positions x size] of a layer.
  void set_values(int layer, std::span<const float> values);

  int positions() const { return positions_; }
  int padded() const { return padded_; }
  const std::uint16_t* keys(int layer, int head) const { return keys_.data() + block(layer, head, padded_); }
  const std::uint16_t* values(int layer, int head) const {
    return values_.data() + block(layer, head, positions_);
  }

 private:
  std::size_t block(int layer, int head, int positions) const {
    return static_cast<std::size_t>(layer * heads_ + head) * static_cast<std::size_t>(positions * size_);
  }
  int heads_, size_, positions_, padded_;
  std::vector<std::uint16_t> keys_, values_;
};

/// One text being written: its tokens so far, and what the layers remember of them.
struct TextState {
  const SpeechMemory* speech = nullptr;
  int frames = 0;      // positions of the window that hold audio
  int first_kept = 0;  // attention of earlier tokens is not kept
  int tokens = 0;
  std::vector<std::vector<float>> remembered;  // of each layer: [tokens x 2 width], keys and values
  std::vector<float> attention;                // [tokens kept x alignment heads x frames], probabilities
};

class Decoder {
 public:
  /// Takes the weights that the decoder needs; false in `fits` where the kernels cannot do the model's sizes.
  static Result<Decoder> load(const Model& model);
  static bool fits(const Dimensions& dimensions);

  /// A row to be computed: the next token of a text.
  struct Row {
    TextState* text;
    Token token;
  };
  /// Rows of a text stand together, in order. Results are left in `work`.
  struct Work {
    std::vector<float> stream, normed, wide, part, query, mixed, scores;
    std::vector<float> logits;  // [wanted rows x vocabulary]
  };
  /// Feeds the rows; `wanted`: the rows of which logits are computed.
  void forward(std::span<const Row> rows, std::span<const int> wanted, Work& work) const;

  int vocabulary() const { return embeddings_.outputs; }
  int alignment_heads() const { return alignment_heads_; }

 private:
  struct Linear {
    std::vector<std::int8_t> weights;
    std::vector<float> scales, bias;
    int inputs = 0, outputs = 0;
    LinearView view() const {
      return {weights.data(), scales.data(), bias.empty() ? nullptr : bias.data(), inputs, outputs};
    }
  };
  struct Norm {
    std::vector<float> gamma, beta;
  };
  struct Layer {
    Norm self_norm, cross_norm, feed_norm;
    Linear self_in, self_out, cross_query, cross_out, feed_in, feed_out;
    std::vector<int> kept;  // for each head, its number among the alignment heads, or -1
  };
  class Loader;

  void embed(std::span<const Row> rows, Work& work) const;
  void self_attention(const Layer& layer, int index, std::span<const Row> rows, Work& work) const;
  void cross_attention(const Layer& layer, int index, std::span<const Row> rows, Work& work) const;
  void feed(const Layer& layer, std::size_t rows, Work& work) const;
  void norm(const Norm& n, std::size_t rows, Work& work) const;
  void add(const Linear& linear, const std::vector<float>& x, std::size_t rows, Work& work) const;

  int width_ = 0, heads_ = 0, size_ = 0, alignment_heads_ = 0;
  std::vector<Layer> layers_;
  Norm last_norm_;
  Linear embeddings_;
  std::vector<float> positions_;
};

}  // namespace skald::whisper
