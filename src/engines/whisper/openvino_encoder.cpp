#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>

#include "engines/whisper/encoder.hpp"

namespace skald::whisper {
namespace {

namespace op = ov::opset13;

// Builds the graph of the encoder: two convolutions, sinusoidal positions, layers of self-attention and
// feed-forward with the norm before each (Radford et al. 2022).
class GraphBuilder {
 public:
  explicit GraphBuilder(const Model& model) : model_(model), d_(model.dimensions()) {}

  Result<std::shared_ptr<ov::Model>> build(EncoderEnd end, int most_layers) {
    const auto mel = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{1, d_.bands, 3000});
    ov::Output<ov::Node> h = convolution(mel, "encoder/conv1", 1);
    h = convolution(h, "encoder/conv2", 2);
    h = std::make_shared<op::Transpose>(h, integers({0, 2, 1}));
    const auto positions = static_cast<std::size_t>(d_.audio_positions),
               width = static_cast<std::size_t>(d_.width);
    h = std::make_shared<op::Add>(h, constant("encoder/position_encodings/encodings", {1, positions, width}));
    for (int i = 0; i < std::min(d_.encoder_layers, most_layers); ++i)
      h = layer(h, "encoder/layer_" + std::to_string(i));
    h = norm(h, "encoder/layer_norm");
    ov::OutputVector ends{h};
    if (end == EncoderEnd::KeysAndValues) ends = keys_and_values(h);
    if (error_) return tl::unexpected(*error_);
    return std::make_shared<ov::Model>(ends, ov::ParameterVector{mel}, "whisper_encoder");
  }

 private:
  // Weights go into the graph as f16 with a conversion behind them, which the plugin folds into its own copy:
  // half the memory while the graph is built.
  ov::Output<ov::Node> constant(const std::string& name, const ov::Shape& shape) {
    const auto values = model_.weights().floats(name);
    if (!values || values->size() != ov::shape_size(shape)) {
      if (!error_)
        error_ =
            values
                ? Error{ErrorCode::InvalidModel,
                        "'" + model_.folder().string() + "': '" + name + "' has another size than expected",
                        {}}
                : values.error();
      return std::make_shared<op::Constant>(ov::element::f32, shape, 0.0F);
    }
    return std::make_shared<op::Constant>(ov::element::f32, shape, values->data());
  }

  static ov::Output<ov::Node> integers(const std::vector<std::int64_t>& values) {
    return std::make_shared<op::Constant>(ov::element::i64, ov::Shape{values.size()}, values);
  }

  std::size_t rows(const std::string& name) const {
    const Tensor* tensor = model_.weights().find(name);
    return tensor && !tensor->shape.empty() ? tensor->shape[0] : 1;
  }

  ov::Output<ov::Node> convolution(const ov::Output<ov::Node>& x, const std::string& name,
                                   std::size_t stride) {
    const auto width = static_cast<std::size_t>(d_.width);
    const std::size_t inputs = stride == 1 ? static_cast<std::size_t>(d_.bands) : width;
    const auto y = std::make_shared<op::Convolution>(x, constant(name + "/weight", {width, inputs, 3}),
                                                     ov::Strides{stride}, ov::CoordinateDiff{1},
                                                     ov::CoordinateDiff{1}, ov::Strides{1});
    return std::make_shared<op::Gelu>(std::make_shared<op::Add>(y, constant(name + "/bias", {1, width, 1})));
  }

  ov::Output<ov::Node> norm(const ov::Output<ov::Node>& x, const std::string& name) {
    const auto width = static_cast<std::size_t>(d_.width);
    const auto y = std::make_shared<op::MVN>(x, integers({-1}), true, 1e-5F, ov::op::MVNEpsMode::INSIDE_SQRT);
    const auto scaled = std::make_shared<op::Multiply>(y, constant(name + "/gamma", {width}));
    return std::make_shared<op::Add>(scaled, constant(name + "/beta", {width}));
  }

  ov::Output<ov::Node> linear(const ov::Output<ov::Node>& x, const std::string& name, std::size_t inputs) {
    const std::size_t outputs = rows(name + "/weight");
    const auto y =
        std::make_shared<op::MatMul>(x, constant(name + "/weight", {outputs, inputs}), false, true);
    return std::make_shared<op::Add>(y, constant(name + "/bias", {outputs}));
  }

  ov::Output<ov::Node> attention(const ov::Output<ov::Node>& x, const std::string& name) {
    const auto width = static_cast<std::size_t>(d_.width);
    const std::int64_t heads = d_.encoder_heads, size = d_.width / heads;
    ov::Output<ov::Node> qkv = linear(x, name + "/linear_0", width);
    qkv = std::make_shared<op::Reshape>(qkv, integers({0, 0, 3, heads, size}), true);
    qkv = std::make_shared<op::Transpose>(qkv, integers({2, 0, 3, 1, 4}));
    const auto parts =
        std::make_shared<op::Split>(qkv, std::make_shared<op::Constant>(ov::element::i64, ov::Shape{}, 0), 3);
    std::vector<ov::Output<ov::Node>> p;
    p.reserve(3);
    for (std::size_t i = 0; i < 3; ++i)
      p.push_back(std::make_shared<op::Squeeze>(parts->output(i), integers({0})));
    ov::Output<ov::Node> y = std::make_shared<op::ScaledDotProductAttention>(p[0], p[1], p[2], false);
    y = std::make_shared<op::Transpose>(y, integers({0, 2, 1, 3}));
    y = std::make_shared<op::Reshape>(y, integers({0, 0, d_.width}), true);
    return linear(y, name + "/linear_1", width);
  }

  ov::Output<ov::Node> layer(const ov::Output<ov::Node>& x, const std::string& name) {
    const auto width = static_cast<std::size_t>(d_.width);
    const ov::Output<ov::Node> h = std::make_shared<op::Add>(
        x, attention(norm(x, name + "/self_attention/layer_norm"), name + "/self_attention"));
    ov::Output<ov::Node> y = linear(norm(h, name + "/ffn/layer_norm"), name + "/ffn/linear_0", width);
    y = std::make_shared<op::Gelu>(y);
    return std::make_shared<op::Add>(h,
                                     linear(y, name + "/ffn/linear_1", rows(name + "/ffn/linear_0/weight")));
  }

  ov::OutputVector keys_and_values(const ov::Output<ov::Node>& memory) {
    const std::int64_t heads = d_.decoder_heads, size = d_.width / heads;
    ov::OutputVector out;
    for (int i = 0; i < d_.decoder_layers; ++i) {
      const std::string name = "decoder/layer_" + std::to_string(i) + "/attention/linear_1";
      ov::Output<ov::Node> both = linear(memory, name, static_cast<std::size_t>(d_.width));
      both = std::make_shared<op::Reshape>(both, integers({d_.audio_positions, 2, heads, size}), false);
      const auto parts = std::make_shared<op::Split>(
          both, std::make_shared<op::Constant>(ov::element::i64, ov::Shape{}, 1), 2);
      // [positions x 1 x heads x size] to the order that the decoder reads them in
      out.push_back(std::make_shared<op::Transpose>(parts->output(0), integers({1, 2, 3, 0})));
      out.push_back(std::make_shared<op::Transpose>(parts->output(1), integers({1, 2, 0, 3})));
    }
    return out;
  }

  const Model& model_;
  const Dimensions& d_;
  std::optional<Error> error_;
};

class OpenVinoEncoder : public Encoder {
 public:
  OpenVinoEncoder(const Model& model, ov::CompiledModel compiled)
      : d_(model.dimensions()), compiled_(std::move(compiled)), request_(compiled_.create_infer_request()) {}

  Status encode(std::span<const float> mel) override {
    try {
      const auto bands = static_cast<std::size_t>(d_.bands);
      request_.set_input_tensor(
          ov::Tensor(ov::element::f32, {1, bands, 3000}, const_cast<float*>(mel.data())));
      request_.infer();
      outputs_.clear();
      for (std::size_t i = 0; i < compiled_.outputs().size(); ++i)
        outputs_.push_back(request_.get_output_tensor(i));
      return {};
    } catch (const std::bad_alloc&) {
      return fail(ErrorCode::OutOfMemory, "there is not enough memory for the speech model");
    } catch (const std::exception& e) {
      return fail(ErrorCode::Internal, std::string("OpenVINO: ") + e.what());
    }
  }

  std::span<const float> output(std::size_t index) const override {
    return {outputs_[index].data<const float>(), outputs_[index].get_size()};
  }

 private:
  Dimensions d_;
  ov::CompiledModel compiled_;
  ov::InferRequest request_;
  std::vector<ov::Tensor> outputs_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_openvino_encoder(const Model& model, int threads, Precision precision,
                                                       EncoderEnd end, int most_layers) {
  try {
    auto graph = TRY(GraphBuilder(model).build(end, most_layers));
    ov::Core core;
    auto compiled = core.compile_model(
        graph, "CPU", ov::inference_num_threads(threads), ov::num_streams(1),
        ov::hint::inference_precision(precision == Precision::BF16 ? ov::element::bf16 : ov::element::f32),
        ov::hint::enable_cpu_pinning(false));
    graph.reset();
    return std::make_unique<OpenVinoEncoder>(model, std::move(compiled));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, "there is not enough memory for the speech model");
  } catch (const std::exception& e) {
    return fail(ErrorCode::Internal, std::string("OpenVINO: ") + e.what());
  }
}

}  // namespace skald::whisper
