#include "engines/whisper/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace skald::whisper {
namespace {

int padded_positions(int positions) {
  return (positions + kPositionBlock - 1) / kPositionBlock * kPositionBlock;
}

std::size_t sized(int value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

SpeechMemory::SpeechMemory(const Dimensions& d)
    : heads_(d.decoder_heads),
      size_(d.width / d.decoder_heads),
      positions_(d.audio_positions),
      padded_(padded_positions(d.audio_positions)),
      keys_(sized(d.decoder_layers * d.width) * sized(padded_)),
      values_(sized(d.decoder_layers * d.width) * sized(positions_)) {}

void SpeechMemory::set_keys(int layer, std::span<const float> keys) {
  for (int head = 0; head < heads_; ++head) {
    std::uint16_t* out = keys_.data() + block(layer, head, padded_);
    const float* in = keys.data() + sized(head * size_) * sized(positions_);
    for (int first = 0; first < padded_; first += kPositionBlock)
      for (int d = 0; d < size_; ++d, out += kPositionBlock) {
        const int count = std::min(kPositionBlock, positions_ - first);
        const float* row = in + sized(d) * sized(positions_) + first;
        for (int i = 0; i < count; ++i) out[i] = to_bf16(row[i]);
      }
  }
}

void SpeechMemory::set_values(int layer, std::span<const float> values) {
  std::uint16_t* out = values_.data() + block(layer, 0, positions_);
  for (const float v : values) *out++ = to_bf16(v);
}

// Reads weights by name and remembers the first thing that was wrong.
class Decoder::Loader {
 public:
  explicit Loader(const Model& model) : model_(model) {}

  std::vector<float> numbers(const std::string& name, std::size_t count) {
    auto values = model_.weights().floats(name);
    if (values && values->size() == count) return std::move(*values);
    if (!error_)
      error_ =
          values ? Error{ErrorCode::InvalidModel,
                         "'" + model_.folder().string() + "': '" + name + "' has another size than expected",
                         {}}
                 : values.error();
    return std::vector<float>(count);
  }

  Norm norm(const std::string& name) {
    const std::size_t width = sized(model_.dimensions().width);
    return {numbers(name + "/gamma", width), numbers(name + "/beta", width)};
  }

  // Each row is scaled so that its largest number becomes 127.
  Linear linear(const std::string& weight, const std::string& bias, int outputs, int inputs) {
    const std::vector<float> values = numbers(weight, sized(outputs) * sized(inputs));
    Linear out;
    out.inputs = inputs;
    out.outputs = outputs;
    std::vector<std::int8_t> rows(values.size());
    out.scales.resize(sized(outputs));
    for (std::size_t n = 0; n < sized(outputs); ++n) {
      const float* row = values.data() + n * sized(inputs);
      float largest = 1e-20F;
      for (int k = 0; k < inputs; ++k) largest = std::max(largest, std::abs(row[k]));
      out.scales[n] = largest / 127;
      for (int k = 0; k < inputs; ++k)
        rows[n * sized(inputs) + sized(k)] = static_cast<std::int8_t>(std::nearbyint(row[k] / out.scales[n]));
    }
    out.weights.resize(static_cast<std::size_t>(kernels().packed_size(inputs, outputs)));
    kernels().pack(rows.data(), inputs, outputs, out.weights.data());
    if (!bias.empty()) out.bias = numbers(bias, sized(outputs));
    return out;
  }

  Linear linear(const std::string& name, int outputs, int inputs) {
    return linear(name + "/weight", name + "/bias", outputs, inputs);
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  const Model& model_;
  std::optional<Error> error_;
};

bool Decoder::fits(const Dimensions& d) {
  return d.width % d.decoder_heads == 0 && (d.width / d.decoder_heads) % 16 == 0 &&
         4 * d.width <= kernels().most_inputs;
}

Result<Decoder> Decoder::load(const Model& model) {
  const Dimensions& d = model.dimensions();
  Loader loader(model);
  Decoder out;
  out.width_ = d.width;
  out.heads_ = d.decoder_heads;
  out.size_ = d.width / d.decoder_heads;
  out.alignment_heads_ = static_cast<int>(model.alignment_heads().size());
  for (int i = 0; i < d.decoder_layers; ++i) {
    const std::string name = "decoder/layer_" + std::to_string(i);
    const Tensor* wide = model.weights().find(name + "/ffn/linear_0/weight");
    const int inner = wide && !wide->shape.empty() ? static_cast<int>(wide->shape[0]) : 4 * d.width;
    if (inner % 16 != 0 || inner > kernels().most_inputs)
      return fail(ErrorCode::InvalidModel,
                  "'" + model.folder().string() + "': '" + name + "' has an odd width");
    Layer layer;
    layer.self_norm = loader.norm(name + "/self_attention/layer_norm");
    layer.self_in = loader.linear(name + "/self_attention/linear_0", 3 * d.width, d.width);
    layer.self_out = loader.linear(name + "/self_attention/linear_1", d.width, d.width);
    layer.cross_norm = loader.norm(name + "/attention/layer_norm");
    layer.cross_query = loader.linear(name + "/attention/linear_0", d.width, d.width);
    layer.cross_out = loader.linear(name + "/attention/linear_2", d.width, d.width);
    layer.feed_norm = loader.norm(name + "/ffn/layer_norm");
    layer.feed_in = loader.linear(name + "/ffn/linear_0", inner, d.width);
    layer.feed_out = loader.linear(name + "/ffn/linear_1", d.width, inner);
    layer.kept.assign(sized(d.decoder_heads), -1);
    for (std::size_t k = 0; k < model.alignment_heads().size(); ++k)
      if (model.alignment_heads()[k].layer == i)
        layer.kept[sized(model.alignment_heads()[k].head)] = static_cast<int>(k);
    out.layers_.push_back(std::move(layer));
  }
  out.last_norm_ = loader.norm("decoder/layer_norm");
  out.embeddings_ =
      loader.linear("decoder/embeddings/weight", "", static_cast<int>(model.vocabulary().size()), d.width);
  out.positions_ =
      loader.numbers("decoder/position_encodings/encodings", sized(d.text_positions) * sized(d.width));
  if (loader.error()) return tl::unexpected(*loader.error());
  return out;
}

void Decoder::embed(std::span<const Row> rows, Work& work) const {
  const std::size_t width = sized(width_);
  work.stream.resize(rows.size() * width);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    TextState& text = *rows[r].text;
    text.remembered.resize(layers_.size());
    const float scale = embeddings_.scales[rows[r].token];
    const float* position = positions_.data() + sized(text.tokens++) * width;
    float* out = work.stream.data() + r * width;
    kernels().unpack_row(embeddings_.view(), static_cast<int>(rows[r].token), out);
    for (std::size_t k = 0; k < width; ++k) out[k] = out[k] * scale + position[k];
  }
}

void Decoder::norm(const Norm& n, std::size_t rows, Work& work) const {
  const std::size_t width = sized(width_);
  work.normed.resize(rows * width);
  for (std::size_t r = 0; r < rows; ++r)
    kernels().norm(work.stream.data() + r * width, n.gamma.data(), n.beta.data(), width_,
                   work.normed.data() + r * width);
}

void Decoder::add(const Linear& linear, const std::vector<float>& x, std::size_t rows, Work& work) const {
  work.part.resize(rows * sized(linear.outputs));
  kernels().linear(linear.view(), x.data(), static_cast<int>(rows), work.part.data());
  for (std::size_t i = 0; i < work.part.size(); ++i) work.stream[i] += work.part[i];
}

void Decoder::self_attention(const Layer& layer, int index, std::span<const Row> rows, Work& work) const {
  const std::size_t width = sized(width_);
  const float scale = 1 / std::sqrt(static_cast<float>(size_));
  norm(layer.self_norm, rows.size(), work);
  work.wide.resize(rows.size() * 3 * width);
  kernels().linear(layer.self_in.view(), work.normed.data(), static_cast<int>(rows.size()), work.wide.data());
  work.mixed.resize(rows.size() * width);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    float* query = work.wide.data() + r * 3 * width;
    std::vector<float>& memory = rows[r].text->remembered[sized(index)];
    memory.insert(memory.end(), query + width, query + 3 * width);
    const int count = static_cast<int>(memory.size() / (2 * width));
    if (work.scores.size() < sized(count)) work.scores.resize(sized(count));
    for (std::size_t k = 0; k < width; ++k) query[k] *= scale;
    for (std::size_t h = 0; h < width; h += sized(size_))
      kernels().attend(query + h, memory.data() + h, memory.data() + width + h, 2 * width_, count, size_,
                       work.scores.data(), work.mixed.data() + r * width + h);
  }
  add(layer.self_out, work.mixed, rows.size(), work);
}

void Decoder::cross_attention(const Layer& layer, int index, std::span<const Row> rows, Work& work) const {
  const std::size_t width = sized(width_);
  const float scale = 1 / std::sqrt(static_cast<float>(size_));
  norm(layer.cross_norm, rows.size(), work);
  work.query.resize(rows.size() * width);
  kernels().linear(layer.cross_query.view(), work.normed.data(), static_cast<int>(rows.size()),
                   work.query.data());
  for (float& q : work.query) q *= scale;
  work.mixed.resize(rows.size() * width);
  for (std::size_t first = 0; first < rows.size();) {
    // Rows of one text go head by head together: the head's keys and values stay in the processor's cache.
    std::size_t last = first + 1;
    while (last < rows.size() && rows[last].text == rows[first].text) ++last;
    TextState& text = *rows[first].text;
    const SpeechMemory& speech = *text.speech;
    const int before = text.tokens - static_cast<int>(last - first);  // these rows are counted already
    const std::size_t row_size = sized(alignment_heads_) * sized(text.frames);
    text.attention.resize(sized(std::max(0, text.tokens - text.first_kept)) * row_size);
    work.scores.resize(std::max(work.scores.size(), sized(speech.padded())));
    float* scores = work.scores.data();
    for (int h = 0; h < heads_; ++h)
      for (std::size_t r = first; r < last; ++r) {
        const std::size_t at = r * width + sized(h * size_);
        kernels().scores(speech.keys(index, h), speech.padded(), size_, work.query.data() + at, scores);
        kernels().softmax(scores, speech.positions());
        kernels().mix(speech.values(index, h), speech.positions(), size_, scores, work.mixed.data() + at);
        const int token = before + static_cast<int>(r - first) - text.first_kept;
        if (layer.kept[sized(h)] >= 0 && token >= 0)
          std::copy_n(scores, text.frames,
                      text.attention.data() + sized(token) * row_size +
                          sized(layer.kept[sized(h)]) * sized(text.frames));
      }
    first = last;
  }
  add(layer.cross_out, work.mixed, rows.size(), work);
}

void Decoder::feed(const Layer& layer, std::size_t rows, Work& work) const {
  norm(layer.feed_norm, rows, work);
  work.wide.resize(rows * sized(layer.feed_in.outputs));
  kernels().linear(layer.feed_in.view(), work.normed.data(), static_cast<int>(rows), work.wide.data());
  kernels().gelu(work.wide.data(), static_cast<int>(work.wide.size()));
  add(layer.feed_out, work.wide, rows, work);
}

void Decoder::forward(std::span<const Row> rows, std::span<const int> wanted, Work& work) const {
  embed(rows, work);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    self_attention(layers_[i], static_cast<int>(i), rows, work);
    cross_attention(layers_[i], static_cast<int>(i), rows, work);
    feed(layers_[i], rows.size(), work);
  }
  const std::size_t width = sized(width_);
  work.normed.resize(wanted.size() * width);
  for (std::size_t w = 0; w < wanted.size(); ++w)
    kernels().norm(work.stream.data() + sized(wanted[w]) * width, last_norm_.gamma.data(),
                   last_norm_.beta.data(), width_, work.normed.data() + w * width);
  work.logits.resize(wanted.size() * sized(vocabulary()));
  kernels().linear(embeddings_.view(), work.normed.data(), static_cast<int>(wanted.size()),
                   work.logits.data());
}

}  // namespace skald::whisper
