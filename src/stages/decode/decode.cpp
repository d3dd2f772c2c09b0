#include "stages/decode/decode.hpp"

namespace skald {

Result<Artifact> decode(StageContext& context, const DecodeInput& input) {
  StageRequest request{StageId::Decode, {{"stream", input.stream}}, {input.content}, {}};
  request.make = [&](const Lease& lease) {
    const Json job = {{"input", std::filesystem::absolute(input.recording).string()},
                      {"stream", input.stream}};
    return run_worker_job(context, StageId::Decode, "worker_media", job, lease);
  };
  return run_stage(context, request);
}

}  // namespace skald
