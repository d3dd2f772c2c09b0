// The jobs of worker_listen, as described in docs/formats/worker-protocol.md.
#pragma once
#include "base/result.hpp"
#include "formats/json.hpp"
#include "platform/worker/channel.hpp"

namespace skald::listen {

/// Chooses by the job's "task": "listen" (default) or "cluster".
Result<Json> run_job(const Json& job, WorkerChannel& channel);

/// Hears a recording: units of ten minutes, then listen.bin and speech.json.
Result<Json> run_listen(const Json& job, WorkerChannel& channel);
/// Tells people apart in listen.bin: turns.json and speakers.json.
Result<Json> run_cluster(const Json& job, WorkerChannel& channel);

}  // namespace skald::listen
