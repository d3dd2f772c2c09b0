#include "stages/listen/listen.hpp"

namespace skald {

Result<Artifact> listen(StageContext& context, const Artifact& audio, const ListenModel& model) {
  StageRequest request{StageId::Listen, {{"model", model.identity}}, {audio.key}, {}};
  request.make = [&](const Lease& lease) {
    const Json job = {{"audio", (audio.directory / "audio.wav").string()},
                      {"models", model.directory.string()},
                      {"threads", model.threads}};
    return run_worker_job(context, StageId::Listen, "worker_listen", job, lease);
  };
  return run_stage(context, request);
}

}  // namespace skald
