#include "engines/listen/resnet_file.hpp"

#include <algorithm>
#include <iostream>
#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/openvino.hpp>
#include <openvino/pass/constant_folding.hpp>
#include <openvino/pass/manager.hpp>
#include <stdexcept>
#include <string>

namespace skald::listen {

namespace {

using Node = std::shared_ptr<ov::Node>;

/// Says what the file has that such a network has not; becomes an error of the file.
class OtherKind : public std::runtime_error {
 public:
  explicit OtherKind(const Node& node) : std::runtime_error("not expected: " + node->get_friendly_name()) {}
};

Node input(const Node& node, std::size_t i) {
  return node->get_input_node_shared_ptr(i);
}

template <typename Op>
std::shared_ptr<Op> need(const Node& node) {
  auto op = ov::as_type_ptr<Op>(node);
  if (!op) throw OtherKind(node);
  return op;
}

std::vector<float> numbers(Node node) {
  while (ov::is_type<ov::op::v1::Reshape>(node)) node = input(node, 0);
  return need<ov::op::v0::Constant>(node)->cast_vector<float>();
}

struct Layer {
  Convolution convolution;
  Node from;
};

bool is_layer(const Node& node) {
  return ov::is_type<ov::op::v1::Add>(node) && ov::is_type<ov::op::v1::Convolution>(input(node, 0));
}

/// A convolution and its bias. The network lays time along columns; here it runs along rows.
Layer read_layer(const Node& add) {
  if (!is_layer(add)) throw OtherKind(add);
  const auto op = need<ov::op::v1::Convolution>(input(add, 0));
  const auto weights = numbers(input(op, 1));
  const ov::Shape shape = input(op, 1)->get_output_shape(0);
  const auto strides = op->get_strides();
  Layer layer{{}, input(op, 0)};
  Convolution& c = layer.convolution;
  c.outputs = static_cast<int>(shape[0]);
  c.inputs = static_cast<int>(shape[1]);
  c.kernel = static_cast<int>(shape[2]);
  c.stride = static_cast<int>(strides[0]);
  c.bias = numbers(input(add, 1));
  const ov::CoordinateDiff frame(2, c.kernel / 2);
  const bool usual = (c.kernel == 1 || c.kernel == 3) && shape[3] == shape[2] && strides[1] == strides[0] &&
                     (c.stride == 1 || c.stride == 2) && op->get_dilations() == ov::Strides{1, 1} &&
                     op->get_pads_begin() == frame && op->get_pads_end() == frame;
  if (!usual || c.outputs % kPanel != 0 || c.bias.size() != shape[0]) throw OtherKind(op);
  const std::size_t side = shape[2];
  c.weights.resize(weights.size());
  for (std::size_t i = 0; i < weights.size(); i += side * side) {
    for (std::size_t y = 0; y < side; ++y)
      for (std::size_t x = 0; x < side; ++x) c.weights[i + y * side + x] = weights[i + x * side + y];
  }
  return layer;
}

/// The block that ends with this ramp, and the ramp before it.
std::pair<ResidualBlock, Node> read_block(const Node& sum) {
  ResidualBlock block;
  const auto is_second = [](const Node& node) {
    return is_layer(node) && read_layer(node).convolution.kernel == 3;
  };
  const std::size_t place = is_second(input(sum, 0)) ? 0 : 1;
  Layer second = read_layer(input(sum, place));
  Layer first = read_layer(input(need<ov::op::v0::Relu>(second.from), 0));
  Node other = input(sum, 1 - place);
  if (is_layer(other)) {
    Layer shortcut = read_layer(other);
    block.shortcut = std::move(shortcut.convolution);
    other = shortcut.from;
  }
  if (other != first.from) throw OtherKind(sum);
  block.first = std::move(first.convolution);
  block.second = std::move(second.convolution);
  const bool whole = block.first.kernel == 3 && block.second.kernel == 3 && block.second.stride == 1 &&
                     block.second.inputs == block.first.outputs &&
                     (block.first.stride == 1 || block.shortcut) &&
                     (block.shortcut ? block.shortcut->outputs : block.first.inputs) == block.second.outputs;
  if (!whole) throw OtherKind(sum);
  return {std::move(block), other};
}

ResNet read_graph(const std::filesystem::path& path) {
  ov::Core core;
  const auto graph = core.read_model(path.string());
  ov::pass::Manager passes;  // weights stand in the file as 8-bit numbers, scales and offsets
  passes.register_pass<ov::pass::ConstantFolding>();
  passes.run_passes(graph);
  ResNet net;
  Node ramp =
      need<ov::op::v0::Relu>(input(need<ov::op::v1::Reshape>(input(graph->get_results().at(0), 0)), 0));
  while (!is_layer(input(ramp, 0))) {
    auto [block, before] = read_block(need<ov::op::v1::Add>(input(ramp, 0)));
    net.blocks.push_back(std::move(block));
    ramp = need<ov::op::v0::Relu>(before);
  }
  std::reverse(net.blocks.begin(), net.blocks.end());
  net.stem = read_layer(input(ramp, 0)).convolution;
  if (net.stem.inputs != 1 || net.stem.stride != 1) throw OtherKind(ramp);
  return net;
}

}  // namespace

Result<ResNet> read_resnet(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorCode::InvalidModel, "the model file " + path.string() + " is missing");
  }
  try {
    return read_graph(path);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';  // for the log: it says little to users
    return fail(ErrorCode::InvalidModel,
                "the model file " + path.string() + " is damaged, or of another kind");
  }
}

}  // namespace skald::listen
