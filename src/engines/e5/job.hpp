// The job of worker_classify, as described in docs/formats/worker-protocol.md.
#pragma once
#include "platform/worker/channel.hpp"

namespace skald::e5 {

/// Labels the segments of a job. A unit of work holds the votes of some segments' texts: they depend on the
/// texts, the model and the head only. Labels and roles are made from all votes together when the last unit
/// is there.
Result<Json> run_job(const Json& job, WorkerChannel& channel);

}  // namespace skald::e5
