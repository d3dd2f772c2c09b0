#include "service/session/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace skald {
namespace {

constexpr double kMega = 1e6;
constexpr double kBaseModel = 145.2 * kMega;  // bytes of whisper-base's weights
constexpr double kSpare = 1.1;

}  // namespace

std::uint64_t transcriber_need(std::uint64_t model_bytes, int batch) {
  const double size = static_cast<double>(model_bytes) / kBaseModel;
  const double weights = (200 + 295 * size) * kMega;
  const double chunk = 26 * kMega * std::sqrt(size);
  const double while_loading = (200 + 355 * size) * kMega;
  return static_cast<std::uint64_t>(kSpare * std::max(while_loading, weights + chunk * batch));
}

std::uint64_t other_need() {
  return static_cast<std::uint64_t>(kSpare * 520 * kMega);
}

Result<int> batch_within(std::uint64_t limit, std::uint64_t model_bytes) {
  if (limit == 0) return 0;
  const std::uint64_t least = std::max(other_need(), transcriber_need(model_bytes, 1));
  if (limit < least)
    return fail(
        ErrorCode::OutOfMemory,
        fmt::format("this needs {:.0f} MB in its largest step, more than the {:.0f} MB of --memory-limit",
                    static_cast<double>(least) / kMega, static_cast<double>(limit) / kMega),
        "Allow more, or choose a smaller model with --model.");
  int batch = 8;
  while (transcriber_need(model_bytes, batch) > limit) --batch;
  return batch;
}

}  // namespace skald
