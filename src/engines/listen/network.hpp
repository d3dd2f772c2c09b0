// One neural network in OpenVINO in single precision, with a fixed input shape and several requests in
// flight.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace skald::listen {

struct NetworkOptions {
  std::filesystem::path model;     // .onnx
  std::vector<std::size_t> input;  // shape of the only input
  std::size_t output_items = 0;    // numbers that the only output must have
  unsigned threads = 2;            // one stream each: two single threads do more than one pair
};

class Network {
 public:
  /// InvalidModel, naming the file, where it is missing, damaged or of another shape.
  static Result<Network> load(const NetworkOptions& options);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  using Fill = std::function<void(std::size_t item, std::span<float> input)>;
  using Take = std::function<void(std::size_t item, std::span<const float> output)>;
  using Stop = std::function<bool()>;
  /// Runs items 0 to count - 1, `threads` of them at once. `fill` and `take` are called in order and on this
  /// thread. Cancelled as soon as `stop` says so.
  Status run(std::size_t count, const Fill& fill, const Take& take, const Stop& stop);

 private:
  struct Impl;
  explicit Network(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace skald::listen
