#include "pipeline/run_stage.hpp"

namespace skald {

Result<Artifact> run_stage(StageContext& context, const StageRequest& request) {
  const auto ended = [&](ProgressMeter::Outcome outcome) {
    if (request.end == StageEnd::Whole) context.progress.end(outcome);
  };
  const std::string key = artifact_key(request.stage, request.parameters, request.inputs);
  TRY_VOID(context.uses(key));
  const bool redo = context.redo(request.stage);
  if (!redo) {
    if (auto found = TRY(context.artifacts.find(key))) {
      ended(ProgressMeter::Outcome::Reused);
      return *found;
    }
  }
  auto lease = TRY(context.artifacts.begin(key, redo ? Reuse::Nothing : Reuse::Finished, context.cancel));
  if (!redo) {  // another run may have made it while this one waited
    if (auto found = TRY(context.artifacts.find(key))) {
      ended(ProgressMeter::Outcome::Reused);
      return *found;
    }
  }
  TRY_VOID(request.make(*lease));
  Artifact made =
      TRY(context.artifacts.commit(*lease, key, info(request.stage).name,
                                   {{"parameters", request.parameters}, {"inputs", request.inputs}}));
  ended(ProgressMeter::Outcome::Computed);
  return made;
}

Status run_worker_job(StageContext& context, StageId stage, std::string_view worker, Json job,
                      const Lease& lease, double from_share, double to_share) {
  job["units"] = lease.units().string();
  job["output"] = lease.output().string();
  WorkerEvents events;
  events.started = context.started;
  events.progress = [&](double share, std::string_view) {
    context.progress.update(from_share + share * (to_share - from_share));
  };
  events.warning = [&](std::string_view text) { context.observer.warning(text); };
  events.metric = [&](std::string_view name, double value) { context.metric(stage, name, value); };
  events.unit = [&](std::size_t index) { context.unit(lease.units(), index); };
  auto result = context.workers.run(worker, job, events, context.cancel);
  if (!result && result.error().code == ErrorCode::WorkerDied) {
    context.observer.warning(result.error().message + "; starting it once more, what was done is kept");
    result = context.workers.run(worker, job, events, context.cancel);
  }
  if (!result) return tl::unexpected(result.error());
  return {};
}

}  // namespace skald
