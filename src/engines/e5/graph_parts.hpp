// Parts that the graphs of this folder are made of: BERT's encoder (Devlin et al. 2019) in OpenVINO.
#pragma once
#include <cstdint>
#include <memory>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "engines/e5/arithmetic.hpp"

namespace skald::e5 {

using Node = ov::Output<ov::Node>;

/// A linear map: `matrix` [outputs, inputs], `bias` [outputs].
struct LinearNodes {
  Node matrix, bias;
};

struct NormNodes {
  Node weight, bias;
};

/// Self-attention and feed-forward, each followed by the norm.
struct LayerNodes {
  LinearNodes query, key, value, attended, inner, outer;
  NormNodes after_attention, after_all;
};

struct EncoderShape {
  std::int64_t width = 0, heads = 0;
  float epsilon = 0;  // of the norms
};

/// An input of the graph, in f32.
std::shared_ptr<ov::op::v0::Parameter> parameter(const ov::PartialShape& shape, const std::string& name);
/// A matrix [outputs, inputs] of 8-bit numbers, each to be multiplied by its output's scale.
Node scaled_matrix(const std::int8_t* numbers, const std::vector<float>& scale, std::size_t inputs);
/// A constant vector.
Node row(const std::vector<float>& values);
/// x * matrix^T + bias
Node linear(const Node& x, const LinearNodes& map);
Node norm(const Node& x, const NormNodes& nodes, const EncoderShape& shape);
/// `x` [batch, tokens, width]; `mask` [batch, 1, 1, tokens] is added to the scores of attention.
Node encoder_layer(const Node& x, const Node& mask, const LayerNodes& layer, const EncoderShape& shape);

}  // namespace skald::e5
