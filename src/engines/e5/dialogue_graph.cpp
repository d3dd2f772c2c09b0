#include "engines/e5/dialogue_graph.hpp"

#include <openvino/opsets/opset13.hpp>

#include "engines/e5/graph_parts.hpp"

namespace skald::e5 {
namespace {

namespace op = ov::opset13;

LinearNodes nodes_of(const Linear& l) {
  const auto* numbers = reinterpret_cast<const std::int8_t*>(l.weights.data());
  return {scaled_matrix(numbers, l.scale, l.inputs), row(l.bias)};
}

NormNodes nodes_of(const Norm& n) {
  return {row(n.weight), row(n.bias)};
}

LayerNodes nodes_of(const EncoderLayer& l) {
  return {nodes_of(l.query), nodes_of(l.key),   nodes_of(l.value),           nodes_of(l.attended),
          nodes_of(l.inner), nodes_of(l.outer), nodes_of(l.after_attention), nodes_of(l.after_all)};
}

}  // namespace

std::shared_ptr<ov::Model> make_dialogue_graph(const DialogueFile& file) {
  const auto width = static_cast<std::int64_t>(file.width);
  const EncoderShape shape{width, static_cast<std::int64_t>(file.heads), file.epsilon};
  const auto x = parameter({1, -1, width}, "x");
  const auto mask = parameter({1, 1, 1, -1}, "mask");
  const auto mean = parameter({1, -1, -1}, "mean");
  const auto end = parameter({1, -1, -1}, "end");
  Node hidden = norm(x, nodes_of(file.embeddings), shape);
  for (const EncoderLayer& layer : file.layers) hidden = encoder_layer(hidden, mask, nodes_of(layer), shape);
  const Node segments = std::make_shared<op::Concat>(
      ov::OutputVector{std::make_shared<op::MatMul>(mean, hidden), std::make_shared<op::MatMul>(end, hidden)},
      2);
  const Node head = op::Constant::create(ov::element::f32, {classify::kColumns, 2 * file.width}, file.head);
  const Node columns = linear(segments, {head, row(file.bias)});
  return std::make_shared<ov::Model>(ov::OutputVector{columns}, ov::ParameterVector{x, mask, mean, end});
}

}  // namespace skald::e5
