#include "engines/e5/encoder.hpp"

#include <algorithm>
#include <openvino/openvino.hpp>
#include <string_view>
#include <utility>

#include "base/files.hpp"
#include "base/text.hpp"
#include "engines/e5/batches.hpp"
#include "engines/e5/graph.hpp"
#include "engines/e5/tokenizer.hpp"

namespace skald::e5 {
namespace {

constexpr std::string_view kPrefix = "query: ";  // the model was trained with it
constexpr float kMasked = -1e9F;                 // leaves nothing after the softmax
constexpr std::size_t kLongestText = 1 << 14;    // bytes; four windows of tokens never need more of speech

}  // namespace

struct Encoder::Impl {
  Impl(MappedFile bytes, ModelFile parsed, const EncoderOptions& wanted)
      : mapped(std::move(bytes)), file(std::move(parsed)), tokenizer(file.vocabulary()), options(wanted) {}

  MappedFile mapped;
  ModelFile file;
  Tokenizer tokenizer;
  EncoderOptions options;
  std::vector<float> positions;  // position and type embeddings together, a row for each position
  ov::Core core;
  ov::CompiledModel model;
  std::vector<ov::InferRequest> requests;

  std::size_t width() const { return static_cast<std::size_t>(file.dimensions().width); }
  void compile();
  std::vector<Sequence> sequences(std::span<const std::string> texts) const;
  void start(ov::InferRequest& request, const Batch& batch, const std::vector<Sequence>& all) const;
};

void Encoder::Impl::compile() {
  positions = file.floats("emb.pos");
  const auto types = file.floats("emb.type");
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] += types[i % width()];
  const auto streams = static_cast<int>(std::max(1U, options.threads));
  // One thread a stream: as many batches at once as there are threads, and each in the same arithmetic
  // whatever their number.
  const ov::AnyMap settings{ov::inference_num_threads(streams), ov::num_streams(ov::streams::Num(streams)),
                            ov::hint::inference_precision(ov::element::f32),
                            ov::hint::dynamic_quantization_group_size(kActivationGroup)};
  model = core.compile_model(make_graph(file, options.layers, options.arithmetic), "CPU", settings);
  for (int i = 0; i <= streams; ++i) requests.push_back(model.create_infer_request());
}

std::vector<Sequence> Encoder::Impl::sequences(std::span<const std::string> texts) const {
  std::vector<Sequence> all;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto ids = tokenizer.ids(std::string(kPrefix).append(front_of(texts[i], kLongestText)));
    for (Sequence& window : windows(i, ids, file.vocabulary().begin, file.vocabulary().end))
      all.push_back(std::move(window));
  }
  return all;
}

void Encoder::Impl::start(ov::InferRequest& request, const Batch& batch,
                          const std::vector<Sequence>& all) const {
  const std::size_t rows = batch.rows, tokens = batch.tokens, numbers = width();
  ov::Tensor x(ov::element::f32, {rows, tokens, numbers});
  ov::Tensor mask(ov::element::f32, {rows, 1, 1, tokens});
  ov::Tensor pool(ov::element::f32, {rows, 1, tokens});
  std::fill_n(x.data<float>(), x.get_size(), 0.0F);
  std::fill_n(mask.data<float>(), mask.get_size(), kMasked);
  std::fill_n(pool.data<float>(), pool.get_size(), 0.0F);
  for (std::size_t r = 0; r < batch.sequences.size(); ++r) {
    const auto& ids = all[batch.sequences[r]].ids;
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const std::span<float> vector(x.data<float>() + (r * tokens + t) * numbers, numbers);
      file.word(ids[t], vector);
      for (std::size_t i = 0; i < numbers; ++i) vector[i] += positions[t * numbers + i];
    }
    std::fill_n(mask.data<float>() + r * tokens, ids.size(), 0.0F);
    std::fill_n(pool.data<float>() + r * tokens, ids.size(), 1.0F / static_cast<float>(ids.size()));
  }
  request.set_tensor("x", x);
  request.set_tensor("mask", mask);
  request.set_tensor("pool", pool);
  request.start_async();
}

Encoder::Encoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

Result<Encoder> Encoder::load(const EncoderOptions& options) {
  auto mapped = MappedFile::open(options.model);
  if (!mapped) return fail(ErrorCode::InvalidModel, mapped.error().message);
  auto file = TRY(ModelFile::parse(mapped->bytes(), options.model.string()));
  const auto& layers = options.layers;
  if (layers.empty() || layers.front() < 1 || layers.back() > file.dimensions().layers ||
      !std::is_sorted(layers.begin(), layers.end()))
    return fail(ErrorCode::InvalidModel,
                "the text model '" + options.model.string() + "' lacks the layers asked for");
  if (static_cast<std::size_t>(file.dimensions().positions) < kWindowTokens + 2)
    return fail(ErrorCode::InvalidModel,
                "the text model '" + options.model.string() + "' takes too few tokens");
  try {
    auto impl = std::make_unique<Impl>(std::move(*mapped), std::move(file), options);
    impl->compile();
    return Encoder(std::move(impl));
  } catch (const std::exception& problem) {
    return fail(ErrorCode::InvalidModel,
                "cannot load the text model '" + options.model.string() + "': " + problem.what());
  }
}

const Tokenizer& Encoder::tokenizer() const {
  return impl_->tokenizer;
}

std::size_t Encoder::size() const {
  return impl_->width() * impl_->options.layers.size();
}

Result<std::vector<float>> Encoder::embed(std::span<const std::string> texts, const Stop& stop) {
  const auto sequences = impl_->sequences(texts);
  const auto batches = make_batches(sequences);
  std::vector<std::vector<float>> windows(sequences.size());
  auto& requests = impl_->requests;
  try {
    for (std::size_t done = 0, started = 0; done < batches.size(); ++done) {
      if (stop()) {
        for (std::size_t i = done; i < started; ++i) requests[i % requests.size()].wait();
        return fail(ErrorCode::Cancelled, "stopped while labelling");
      }
      for (; started < batches.size() && started < done + requests.size(); ++started)
        impl_->start(requests[started % requests.size()], batches[started], sequences);
      auto& request = requests[done % requests.size()];
      request.wait();
      const ov::Tensor output = request.get_output_tensor();
      for (std::size_t r = 0; r < batches[done].sequences.size(); ++r) {
        const float* row = output.data<const float>() + r * size();
        windows[batches[done].sequences[r]].assign(row, row + size());
      }
    }
  } catch (const std::exception& problem) {
    for (auto& request : requests) request.cancel();
    return fail(ErrorCode::Internal, impl_->options.model.string() + " failed: " + problem.what());
  }
  std::vector<float> embeddings(texts.size() * size(), 0.0F);
  std::vector<float> tokens(texts.size(), 0.0F);
  for (const Sequence& s : sequences) tokens[s.text] += static_cast<float>(s.ids.size());
  for (std::size_t i = 0; i < sequences.size();
       ++i) {  // in the order of the windows: sums are always the same
    const float share = static_cast<float>(sequences[i].ids.size()) / tokens[sequences[i].text];
    float* row = embeddings.data() + sequences[i].text * size();
    for (std::size_t k = 0; k < size(); ++k) row[k] += share * windows[i][k];
  }
  return embeddings;
}

}  // namespace skald::e5
