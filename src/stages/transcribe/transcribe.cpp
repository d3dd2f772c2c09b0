#include "stages/transcribe/transcribe.hpp"

#include "base/hash.hpp"

namespace skald {

Result<Artifact> transcribe(StageContext& context, const Artifact& audio, const Artifact& heard,
                            const TranscribeInput& input) {
  Json parameters = {{"model", input.identity},
                     {"languages", input.languages},
                     {"hotwords", input.hotwords},
                     {"precision", input.precision},
                     {"decoder", input.decoder}};
  if (input.batch > 0) parameters["batch"] = input.batch;
  if (input.beam > 0) parameters["beam"] = input.beam;
  // The text depends on where speech is, not on who speaks: by content, so that other speaker options change
  // nothing here.
  const std::string speech = TRY(sha256_file(heard.directory / "speech.json"));
  StageRequest request{StageId::Transcribe, parameters, {audio.key, speech}, {}};
  request.make = [&](const Lease& lease) {
    Json job = parameters;
    job["model"] = input.model.string();
    job["audio"] = (audio.directory / "audio.wav").string();
    job["speech"] = (heard.directory / "speech.json").string();
    job["threads"] = input.threads;
    return run_worker_job(context, StageId::Transcribe, "worker_asr", job, lease);
  };
  return run_stage(context, request);
}

}  // namespace skald
