#include "engines/listen/network.hpp"

#include <algorithm>
#include <iostream>
#include <openvino/openvino.hpp>
#include <utility>

namespace skald::listen {

struct Network::Impl {
  ov::Core core;
  ov::CompiledModel model;
  std::vector<ov::InferRequest> requests;
  std::filesystem::path path;
};

Network::Network(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<Network> Network::load(const NetworkOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.model, error)) {
    return fail(ErrorCode::InvalidModel, "the model file " + options.model.string() + " is missing");
  }
  try {
    auto impl = std::make_unique<Impl>();
    impl->path = options.model;
    auto graph = impl->core.read_model(options.model.string());
    graph->reshape(ov::PartialShape(ov::Shape(options.input.begin(), options.input.end())));
    const auto streams = static_cast<int>(std::max(1U, options.threads));
    const ov::AnyMap settings{ov::inference_num_threads(streams), ov::num_streams(ov::streams::Num(streams)),
                              ov::hint::inference_precision(ov::element::f32)};
    impl->model = impl->core.compile_model(graph, "CPU", settings);
    if (ov::shape_size(impl->model.output().get_shape()) != options.output_items) {
      return fail(ErrorCode::InvalidModel, options.model.string() + ": its output has another shape");
    }
    // One more than there are streams, so that no stream waits while this thread fills and takes.
    for (int i = 0; i <= streams; ++i) impl->requests.push_back(impl->model.create_infer_request());
    return Network(std::move(impl));
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';  // for the log: it says little to users
    return fail(ErrorCode::InvalidModel,
                "the model file " + options.model.string() + " is damaged, or of another kind");
  }
}

Status Network::run(std::size_t count, const Fill& fill, const Take& take, const Stop& stop) {
  auto& requests = impl_->requests;
  const std::size_t lanes = requests.size();
  try {
    bool stopped = false;
    std::size_t started = 0;
    for (std::size_t done = 0; done < count; ++done) {
      for (; !stopped && started < count && started < done + lanes; ++started) {
        auto& request = requests[started % lanes];
        ov::Tensor input = request.get_input_tensor();
        fill(started, {input.data<float>(), input.get_size()});
        request.start_async();
      }
      if (done == started) break;
      auto& request = requests[done % lanes];
      request.wait();
      const ov::Tensor output = request.get_output_tensor();
      if (!stopped) take(done, {output.data<const float>(), output.get_size()});
      stopped = stopped || stop();
    }
    if (stopped) return fail(ErrorCode::Cancelled, "stopped while listening");
    return {};
  } catch (const std::exception& problem) {
    for (auto& request : requests) request.cancel();
    return fail(ErrorCode::Internal, impl_->path.string() + " failed: " + problem.what());
  }
}

}  // namespace skald::listen
