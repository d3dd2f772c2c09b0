#include "engines/e5/graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>
#include <string>

namespace skald::e5 {
namespace {

namespace op = ov::opset13;
using Node = ov::Output<ov::Node>;

// BERT's encoder (Devlin et al. 2019): layers of self-attention and feed-forward, each followed by the norm.
class GraphBuilder {
 public:
  explicit GraphBuilder(const ModelFile& file) : file_(file), d_(file.dimensions()) {}

  std::shared_ptr<ov::Model> build(const std::vector<int>& layers) {
    const auto x = parameter({-1, -1, d_.width}, "x");
    const auto mask = parameter({-1, 1, 1, -1}, "mask");
    const auto pool = parameter({-1, 1, -1}, "pool");
    Node hidden = norm(x, "emb.ln");
    ov::OutputVector pooled;
    for (int layer = 0; layer < layers.back(); ++layer) {
      hidden = encoder_layer(hidden, mask, "l" + std::to_string(layer) + ".");
      if (std::find(layers.begin(), layers.end(), layer + 1) != layers.end())
        pooled.push_back(std::make_shared<op::MatMul>(pool, hidden));
    }
    const Node all = std::make_shared<op::Concat>(pooled, 1);
    return std::make_shared<ov::Model>(ov::OutputVector{all}, ov::ParameterVector{x, mask, pool});
  }

 private:
  static std::shared_ptr<op::Parameter> parameter(const ov::PartialShape& shape, const std::string& name) {
    auto node = std::make_shared<op::Parameter>(ov::element::f32, shape);
    node->set_friendly_name(name);
    node->output(0).set_names({name});
    return node;
  }
  static Node integers(const std::vector<std::int64_t>& values) {
    return op::Constant::create(ov::element::i64, {values.size()}, values);
  }
  Node weights(const std::string& name, const ov::Shape& shape) const {
    return op::Constant::create(ov::element::f32, shape, file_.floats(name));
  }
  Node row(const std::string& name) const {
    auto values = file_.floats(name);
    return op::Constant::create(ov::element::f32, {values.size()}, values);
  }

  Node norm(const Node& x, const std::string& name) const {
    const Node unit =
        std::make_shared<op::MVN>(x, integers({-1}), true, d_.epsilon, ov::op::MVNEpsMode::INSIDE_SQRT);
    return std::make_shared<op::Add>(std::make_shared<op::Multiply>(unit, row(name + ".w")),
                                     row(name + ".b"));
  }

  Node linear(const Node& x, const std::string& name, int outputs, int inputs) const {
    const Node matrix =
        weights(name + ".w", {static_cast<std::size_t>(outputs), static_cast<std::size_t>(inputs)});
    return std::make_shared<op::Add>(std::make_shared<op::MatMul>(x, matrix, false, true), row(name + ".b"));
  }

  // [batch, tokens, width] to [batch, heads, tokens, width / heads]
  Node split_heads(const Node& x) const {
    const Node parts =
        std::make_shared<op::Reshape>(x, integers({0, 0, d_.heads, d_.width / d_.heads}), true);
    return std::make_shared<op::Transpose>(parts, integers({0, 2, 1, 3}));
  }

  Node attention(const Node& x, const Node& mask, const std::string& at) const {
    const Node q = split_heads(linear(x, at + "q", d_.width, d_.width));
    const Node k = split_heads(linear(x, at + "k", d_.width, d_.width));
    const Node v = split_heads(linear(x, at + "v", d_.width, d_.width));
    const auto width_of_head = static_cast<float>(d_.width / d_.heads);
    const float scale = 1.0F / std::sqrt(width_of_head);
    const Node scaled = std::make_shared<op::Multiply>(std::make_shared<op::MatMul>(q, k, false, true),
                                                       op::Constant::create(ov::element::f32, {1}, {scale}));
    const Node shares = std::make_shared<op::Softmax>(std::make_shared<op::Add>(scaled, mask), -1);
    const Node mixed =
        std::make_shared<op::Transpose>(std::make_shared<op::MatMul>(shares, v), integers({0, 2, 1, 3}));
    return linear(std::make_shared<op::Reshape>(mixed, integers({0, 0, d_.width}), true), at + "ao", d_.width,
                  d_.width);
  }

  Node encoder_layer(const Node& x, const Node& mask, const std::string& at) const {
    const Node attended = norm(std::make_shared<op::Add>(x, attention(x, mask, at)), at + "aln");
    const Node inner = std::make_shared<op::Gelu>(linear(attended, at + "fi", d_.inner, d_.width),
                                                  ov::op::GeluApproximationMode::ERF);
    return norm(std::make_shared<op::Add>(attended, linear(inner, at + "fo", d_.width, d_.inner)),
                at + "oln");
  }

  const ModelFile& file_;
  const Dimensions& d_;
};

}  // namespace

std::shared_ptr<ov::Model> make_graph(const ModelFile& file, const std::vector<int>& layers) {
  return GraphBuilder(file).build(layers);
}

}  // namespace skald::e5
