// The encoder alone: from log-mel windows to what the decoder attends to.
#pragma once
#include <memory>
#include <span>

#include "base/result.hpp"
#include "engines/whisper/model.hpp"

namespace skald::whisper {

enum class Precision { F32, BF16 };

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// mel: [bands x 3000] of one window. out: [1500 x width].
  virtual Status encode(std::span<const float> mel, std::span<float> out) = 0;
};

/// Encoder in OpenVINO on `threads` threads, its graph built from the model's weights.
Result<std::unique_ptr<Encoder>> make_openvino_encoder(const Model& model, int threads, Precision precision);

}  // namespace skald::whisper
