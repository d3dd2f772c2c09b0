#include "engines/e5/dialogue_model.hpp"

#include <algorithm>
#include <openvino/openvino.hpp>
#include <utility>

#include "base/files.hpp"
#include "engines/e5/dialogue_graph.hpp"
#include "engines/e5/graph_parts.hpp"

namespace skald::e5 {
namespace {

constexpr float kHidden = -1e9F;        // leaves nothing after the softmax
constexpr std::size_t kTokenStep = 16;  // lengths are rounded up to it, so that few shapes occur
constexpr std::size_t kSegmentStep = 8;

std::size_t rounded(std::size_t count, std::size_t step) {
  return (count + step - 1) / step * step;
}

ov::Tensor zeros(const ov::Shape& shape, float value = 0) {
  ov::Tensor tensor(ov::element::f32, shape);
  std::fill_n(tensor.data<float>(), tensor.get_size(), value);
  return tensor;
}

}  // namespace

struct DialogueModel::Impl {
  Impl(MappedFile bytes, ModelFile parsed, const ModelOptions& wanted)
      : mapped(std::move(bytes)),
        package(std::move(parsed)),
        tokenizer(package.vocabulary()),
        options(wanted) {}

  MappedFile mapped;
  ModelFile package;
  Tokenizer tokenizer;
  ModelOptions options;
  std::vector<float> positions;  // position and type embeddings together, a row for each position
  std::vector<float> names;      // embeddings of kinds of names
  ov::Core core;
  ov::CompiledModel model;
  std::vector<ov::InferRequest> requests;

  std::size_t width() const { return static_cast<std::size_t>(package.dimensions().width); }
  bool fits(const DialogueFile& file) const;
  void compile(const DialogueFile& file);
  void start(ov::InferRequest& request, const DialogueWindow& window) const;
  std::vector<classify::Columns> finish(ov::InferRequest& request, const DialogueWindow& window) const;
};

bool DialogueModel::Impl::fits(const DialogueFile& file) const {
  const Dimensions& d = package.dimensions();
  return file.width == width() && static_cast<std::size_t>(d.positions) >= kDialogueTokens;
}

void DialogueModel::Impl::compile(const DialogueFile& file) {
  positions = package.floats("emb.pos");
  const auto types = package.floats("emb.type");
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] += types[i % width()];
  names = file.names;
  const auto streams = static_cast<int>(std::max(1U, options.threads));
  // One thread a stream: as many windows at once as there are threads, and each in the same arithmetic
  // whatever their number.
  const ov::AnyMap settings{ov::inference_num_threads(streams), ov::num_streams(ov::streams::Num(streams)),
                            ov::hint::inference_precision(ov::element::f32),
                            ov::hint::dynamic_quantization_group_size(kActivationGroup)};
  model = core.compile_model(make_dialogue_graph(file), "CPU", settings);
  for (int i = 0; i <= streams; ++i) requests.push_back(model.create_infer_request());
}

void DialogueModel::Impl::start(ov::InferRequest& request, const DialogueWindow& window) const {
  const std::size_t numbers = width(), tokens = rounded(window.ids.size(), kTokenStep),
                    segments = rounded(window.places.size(), kSegmentStep);
  ov::Tensor x = zeros({1, tokens, numbers}), mask = zeros({1, 1, 1, tokens}, kHidden),
             mean = zeros({1, segments, tokens}), end = zeros({1, segments, tokens});
  for (std::size_t t = 0; t < window.ids.size(); ++t) {
    const std::span<float> vector(x.data<float>() + t * numbers, numbers);
    package.word(window.ids[t], vector);
    for (std::size_t i = 0; i < numbers; ++i) vector[i] += positions[t * numbers + i];
  }
  std::fill_n(mask.data<float>(), window.ids.size(), 0.0F);
  for (std::size_t s = 0; s < window.places.size(); ++s) {
    const SegmentPlace place = window.places[s];
    std::fill_n(mean.data<float>() + s * tokens + place.first, place.end - place.first,
                1.0F / static_cast<float>(place.end - place.first));
    end.data<float>()[s * tokens + place.end] = 1;
    for (std::size_t kind = 0; kind < kNames; ++kind)
      for (std::size_t i = 0; i < numbers; ++i)
        x.data<float>()[place.end * numbers + i] += window.names[s][kind] * names[kind * numbers + i];
  }
  request.set_tensor("x", x);
  request.set_tensor("mask", mask);
  request.set_tensor("mean", mean);
  request.set_tensor("end", end);
  request.start_async();
}

std::vector<classify::Columns> DialogueModel::Impl::finish(ov::InferRequest& request,
                                                           const DialogueWindow& window) const {
  request.wait();
  const ov::Tensor output = request.get_output_tensor();
  std::vector<classify::Columns> rows(window.places.size());
  const float* from = output.data<const float>();
  for (auto& row : rows)
    for (float& value : row) value = *from++;
  return rows;
}

DialogueModel::DialogueModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DialogueModel::DialogueModel(DialogueModel&&) noexcept = default;
DialogueModel& DialogueModel::operator=(DialogueModel&&) noexcept = default;
DialogueModel::~DialogueModel() = default;

Result<DialogueModel> DialogueModel::load(const ModelOptions& options) {
  const auto open = [](const std::filesystem::path& path) -> Result<MappedFile> {
    auto mapped = MappedFile::open(path);
    if (!mapped) return fail(ErrorCode::InvalidModel, mapped.error().message);
    return mapped;
  };
  auto package = TRY(open(options.package));
  auto parsed = TRY(ModelFile::parse(package.bytes(), options.package.string()));
  const auto weights = TRY(open(options.weights));
  const auto file = TRY(DialogueFile::parse(weights.bytes(), options.weights.string()));
  try {
    auto impl = std::make_unique<Impl>(std::move(package), std::move(parsed), options);
    if (!impl->fits(file))
      return fail(ErrorCode::InvalidModel, "the trained weights '" + options.weights.string() +
                                               "' were not made for the text model '" +
                                               options.package.string() + "'");
    impl->compile(file);
    return DialogueModel(std::move(impl));
  } catch (const std::exception& problem) {
    return fail(ErrorCode::InvalidModel,
                "cannot load the trained weights '" + options.weights.string() + "': " + problem.what());
  }
}

WindowMaker DialogueModel::windows_of(std::span<const classify::Utterance> talk) const {
  return {impl_->package.vocabulary(), impl_->tokenizer, talk};
}

Result<std::vector<std::vector<classify::Columns>>> DialogueModel::columns(
    std::span<const DialogueWindow* const> windows, const Stop& stop) {
  std::vector<std::vector<classify::Columns>> all;
  auto& requests = impl_->requests;
  try {
    for (std::size_t done = 0, started = 0; done < windows.size(); ++done) {
      if (stop()) {
        for (std::size_t i = done; i < started; ++i) requests[i % requests.size()].wait();
        return fail(ErrorCode::Cancelled, "stopped while labelling");
      }
      for (; started < windows.size() && started < done + requests.size(); ++started)
        impl_->start(requests[started % requests.size()], *windows[started]);
      all.push_back(impl_->finish(requests[done % requests.size()], *windows[done]));
    }
  } catch (const std::exception& problem) {
    for (auto& request : requests) request.cancel();
    return fail(ErrorCode::Internal, impl_->options.weights.string() + " failed: " + problem.what());
  }
  return all;
}

}  // namespace skald::e5
