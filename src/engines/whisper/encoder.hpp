// The encoder alone: from log-mel windows to what the decoder attends to.
#pragma once
#include <memory>
#include <span>

#include "base/result.hpp"
#include "engines/whisper/model.hpp"

namespace skald::whisper {

enum class Precision { F32, BF16 };

/// What the graph ends with: what the decoder's layers attend to, or their keys and values made from it.
enum class EncoderEnd { Memory, KeysAndValues };

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// mel: [bands x 3000] of one window. The outputs hold until the next call.
  virtual Status encode(std::span<const float> mel) = 0;
  /// Memory: output 0, [1500 x width]. Keys and values: of decoder layer l, output 2 l [heads x size x 1500]
  /// and output 2 l + 1 [heads x 1500 x size].
  virtual std::span<const float> output(std::size_t index) const = 0;
};

/// Encoder in OpenVINO on `threads` threads, its graph built from the model's weights; only its first
/// `most_layers` layers where it has more.
Result<std::unique_ptr<Encoder>> make_openvino_encoder(const Model& model, int threads, Precision precision,
                                                       EncoderEnd end, int most_layers = 1 << 10);

}  // namespace skald::whisper
