#include "engines/e5/graph.hpp"

#include <algorithm>
#include <cmath>
#include <openvino/opsets/opset13.hpp>
#include <span>
#include <string>

#include "engines/e5/graph_parts.hpp"

namespace skald::e5 {
namespace {

namespace op = ov::opset13;

// Every output's largest weight becomes 127.
Node rounded_matrix(const std::vector<float>& weights, std::size_t outputs, std::size_t inputs) {
  constexpr float least = 1e-12F;
  std::vector<float> scale(outputs);
  std::vector<std::int8_t> numbers(weights.size());
  for (std::size_t o = 0; o < outputs; ++o) {
    const std::span<const float> from = std::span(weights).subspan(o * inputs, inputs);
    float largest = least;
    for (const float w : from) largest = std::max(largest, std::abs(w));
    scale[o] = largest / 127;
    for (std::size_t i = 0; i < inputs; ++i)
      numbers[o * inputs + i] = static_cast<std::int8_t>(std::lround(from[i] / scale[o]));
  }
  return scaled_matrix(numbers.data(), scale, inputs);
}

// Linear maps and norms of the packed file.
class Parts {
 public:
  Parts(const ModelFile& file, Arithmetic arithmetic) : file_(file), arithmetic_(arithmetic) {}

  NormNodes norm_of(const std::string& name) const {
    return {row(file_.floats(name + ".w")), row(file_.floats(name + ".b"))};
  }
  LayerNodes layer_of(int layer) const {
    const std::string at = "l" + std::to_string(layer) + ".";
    const Dimensions& d = file_.dimensions();
    return {linear_of(at + "q", d.width, d.width),
            linear_of(at + "k", d.width, d.width),
            linear_of(at + "v", d.width, d.width),
            linear_of(at + "ao", d.width, d.width),
            linear_of(at + "fi", d.inner, d.width),
            linear_of(at + "fo", d.width, d.inner),
            norm_of(at + "aln"),
            norm_of(at + "oln")};
  }

 private:
  LinearNodes linear_of(const std::string& name, int outputs, int inputs) const {
    const ov::Shape shape = {static_cast<std::size_t>(outputs), static_cast<std::size_t>(inputs)};
    const auto weights = file_.floats(name + ".w");
    const Node matrix = arithmetic_ == Arithmetic::EightBits
                            ? rounded_matrix(weights, shape[0], shape[1])
                            : Node(op::Constant::create(ov::element::f32, shape, weights));
    return {matrix, row(file_.floats(name + ".b"))};
  }

  const ModelFile& file_;
  Arithmetic arithmetic_;
};

}  // namespace

std::shared_ptr<ov::Model> make_graph(const ModelFile& file, const std::vector<int>& layers,
                                      Arithmetic arithmetic) {
  const Parts parts(file, arithmetic);
  const Dimensions& d = file.dimensions();
  const EncoderShape shape{d.width, d.heads, d.epsilon};
  const auto x = parameter({-1, -1, d.width}, "x");
  const auto mask = parameter({-1, 1, 1, -1}, "mask");
  const auto pool = parameter({-1, 1, -1}, "pool");
  Node hidden = norm(x, parts.norm_of("emb.ln"), shape);
  ov::OutputVector pooled;
  for (int layer = 0; layer < layers.back(); ++layer) {
    hidden = encoder_layer(hidden, mask, parts.layer_of(layer), shape);
    if (std::find(layers.begin(), layers.end(), layer + 1) != layers.end())
      pooled.push_back(std::make_shared<op::MatMul>(pool, hidden));
  }
  const Node all = std::make_shared<op::Concat>(pooled, 1);
  return std::make_shared<ov::Model>(ov::OutputVector{all}, ov::ParameterVector{x, mask, pool});
}

}  // namespace skald::e5
