// --memory-limit: what each worker needs at its peak, and the batch size that stays below a limit.
#pragma once
#include <cstdint>

#include "base/result.hpp"

namespace skald {

/// Peak of worker_asr in bytes for a model file of `model_bytes` and `batch` chunks at a time. Fitted to
/// measurements (whisper-base: 528, 572, 674 and 870 MB at batches of 2, 4, 8 and 16), with a tenth to spare;
/// larger models scale by their weights and by the width of their activations.
std::uint64_t transcriber_need(std::uint64_t model_bytes, int batch);

/// Peak of the largest other worker, on any length of recording.
std::uint64_t other_need();

/// The largest batch (1 to 8) with which no worker goes above `limit` bytes; 0 without a limit, which leaves
/// the choice to the worker. Fails with OutOfMemory, before anything is started, where even one chunk at a
/// time does not fit.
Result<int> batch_within(std::uint64_t limit, std::uint64_t model_bytes);

}  // namespace skald
