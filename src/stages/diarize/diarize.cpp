#include "stages/diarize/diarize.hpp"

namespace skald {

Result<Artifact> diarize(StageContext& context, const Artifact& heard, const DiarizeInput& input) {
  Json parameters = {{"model", input.identity}};
  if (input.count.exact) parameters["speakers"] = *input.count.exact;
  if (input.count.least) parameters["min_speakers"] = *input.count.least;
  if (input.count.most) parameters["max_speakers"] = *input.count.most;
  if (input.count.people) parameters["people"] = *input.count.people;
  StageRequest request{StageId::Diarize, parameters, {heard.key}, {}};
  request.make = [&](const Lease& lease) {
    Json job = parameters;
    job.erase("model");
    job["task"] = "cluster";
    job["listen"] = (heard.directory / "listen.bin").string();
    job["models"] = input.models.string();
    return run_worker_job(context, StageId::Diarize, "worker_listen", job, lease);
  };
  return run_stage(context, request);
}

}  // namespace skald
