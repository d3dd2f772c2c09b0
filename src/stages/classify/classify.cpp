#include "stages/classify/classify.hpp"

#include "formats/party.hpp"
#include "formats/segments.hpp"

namespace skald {

Result<Artifact> classify(StageContext& context, const std::filesystem::path& segments,
                          const std::string& content, const ClassifyInput& input) {
  Json parameters = {{"model", input.identity},
                     {"party", input.party ? to_json(*input.party) : Json(nullptr)},
                     {"roles", to_json(input.roles)}};
  StageRequest request{StageId::Classify, parameters, {content}, {}, input.end};
  request.make = [&](const Lease& lease) {
    Json job = parameters;
    job["segments"] = segments.string();
    job["model"] = input.model.string();
    job["head"] = input.head.string();
    job["dialogue"] = input.dialogue.string();
    job["threads"] = input.threads;
    return run_worker_job(context, StageId::Classify, "worker_classify", job, lease);
  };
  return run_stage(context, request);
}

}  // namespace skald
