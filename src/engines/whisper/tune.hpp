// Which way of running a model is fastest on this machine, among those that write equally good text.
#pragma once
#include "base/result.hpp"
#include "formats/json.hpp"
#include "platform/worker/channel.hpp"

namespace skald::whisper {

/// Job {"task": "tune", "model", "threads"}: a few seconds of measuring. The answer is {"precision",
/// "decoder", "threads", "measured": {...}}, with CPU seconds, or seconds where their name says so. The
/// caller keeps it.
Result<Json> tune(const Json& job, WorkerChannel& channel);

}  // namespace skald::whisper
