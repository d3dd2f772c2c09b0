#include "engines/e5/graph_parts.hpp"

#include <cmath>
#include <openvino/opsets/opset13.hpp>

namespace skald::e5 {
namespace {

namespace op = ov::opset13;

Node integers(const std::vector<std::int64_t>& values) {
  return op::Constant::create(ov::element::i64, {values.size()}, values);
}

Node sum(const Node& a, const Node& b) {
  return std::make_shared<op::Add>(a, b);
}

// [batch, tokens, width] to [batch, heads, tokens, width / heads]
Node split_heads(const Node& x, const EncoderShape& shape) {
  const Node parts =
      std::make_shared<op::Reshape>(x, integers({0, 0, shape.heads, shape.width / shape.heads}), true);
  return std::make_shared<op::Transpose>(parts, integers({0, 2, 1, 3}));
}

Node attention(const Node& x, const Node& mask, const LayerNodes& layer, const EncoderShape& shape) {
  const Node q = split_heads(linear(x, layer.query), shape);
  const Node k = split_heads(linear(x, layer.key), shape);
  const Node v = split_heads(linear(x, layer.value), shape);
  const auto head_width = shape.width / shape.heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(head_width));
  const Node scaled = std::make_shared<op::Multiply>(std::make_shared<op::MatMul>(q, k, false, true),
                                                     op::Constant::create(ov::element::f32, {1}, {scale}));
  const Node shares = std::make_shared<op::Softmax>(sum(scaled, mask), -1);
  const Node mixed =
      std::make_shared<op::Transpose>(std::make_shared<op::MatMul>(shares, v), integers({0, 2, 1, 3}));
  return linear(std::make_shared<op::Reshape>(mixed, integers({0, 0, shape.width}), true), layer.attended);
}

}  // namespace

std::shared_ptr<ov::op::v0::Parameter> parameter(const ov::PartialShape& shape, const std::string& name) {
  auto node = std::make_shared<op::Parameter>(ov::element::f32, shape);
  node->set_friendly_name(name);
  node->output(0).set_names({name});
  return node;
}

Node scaled_matrix(const std::int8_t* numbers, const std::vector<float>& scale, std::size_t inputs) {
  const Node stored =
      std::make_shared<op::Constant>(ov::element::i8, ov::Shape{scale.size(), inputs}, numbers);
  return std::make_shared<op::Multiply>(std::make_shared<op::Convert>(stored, ov::element::f32),
                                        op::Constant::create(ov::element::f32, {scale.size(), 1}, scale));
}

Node row(const std::vector<float>& values) {
  return op::Constant::create(ov::element::f32, {values.size()}, values);
}

Node linear(const Node& x, const LinearNodes& map) {
  return sum(std::make_shared<op::MatMul>(x, map.matrix, false, true), map.bias);
}

Node norm(const Node& x, const NormNodes& nodes, const EncoderShape& shape) {
  const Node unit =
      std::make_shared<op::MVN>(x, integers({-1}), true, shape.epsilon, ov::op::MVNEpsMode::INSIDE_SQRT);
  return sum(std::make_shared<op::Multiply>(unit, nodes.weight), nodes.bias);
}

Node encoder_layer(const Node& x, const Node& mask, const LayerNodes& layer, const EncoderShape& shape) {
  const Node attended = norm(sum(x, attention(x, mask, layer, shape)), layer.after_attention, shape);
  const Node inner =
      std::make_shared<op::Gelu>(linear(attended, layer.inner), ov::op::GeluApproximationMode::ERF);
  return norm(sum(attended, linear(inner, layer.outer)), layer.after_all, shape);
}

}  // namespace skald::e5
