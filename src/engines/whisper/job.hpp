// The job of worker_asr (docs/formats/worker-protocol.md): a recording and where people speak in it become
// words.json.
#pragma once
#include "base/result.hpp"
#include "formats/json.hpp"
#include "platform/worker/channel.hpp"

namespace skald::whisper {

/// Runs a job: task "transcribe" (the default) or "tune". Finished units in the job's `units` folder are
/// kept.
Result<Json> run_job(const Json& job, WorkerChannel& channel);

}  // namespace skald::whisper
