#include "stages/transcribe/transcribe.hpp"

#include "base/hash.hpp"

namespace skald {
namespace {

Json parameters_of(const TranscribeInput& input) {
  Json parameters = {{"model", input.identity}, {"languages", input.languages}, {"hotwords", input.hotwords}};
  if (input.card) {
    parameters["device"] = "cuda";
    parameters["precision"] = input.card->precision;
    parameters["decoder"] = "ctranslate2";
  } else {
    parameters["precision"] = input.precision;
    parameters["decoder"] = input.decoder;
  }
  if (input.batch > 0) parameters["batch"] = input.batch;
  if (input.beam > 0) parameters["beam"] = input.beam;
  return parameters;
}

// The text depends on where speech is, not on who speaks: by content, so that other speaker options change
// nothing here.
Result<StageRequest> request_of(const Artifact& audio, const Artifact& heard, const TranscribeInput& input) {
  const std::string speech = TRY(sha256_file(heard.directory / "speech.json"));
  return StageRequest{StageId::Transcribe, parameters_of(input), {audio.key, speech}, {}};
}

}  // namespace

Result<std::string> transcribe_key(const Artifact& audio, const Artifact& heard,
                                   const TranscribeInput& input) {
  const StageRequest request = TRY(request_of(audio, heard, input));
  return artifact_key(request.stage, request.parameters, request.inputs);
}

Result<Artifact> transcribe(StageContext& context, const Artifact& audio, const Artifact& heard,
                            const TranscribeInput& input) {
  StageRequest request = TRY(request_of(audio, heard, input));
  request.make = [&](const Lease& lease) {
    Json job = request.parameters;
    job["model"] = input.model.string();
    job["audio"] = (audio.directory / "audio.wav").string();
    job["speech"] = (heard.directory / "speech.json").string();
    job["threads"] = input.threads;
    if (input.card) job["card"] = input.card->index;
    return run_worker_job(context, StageId::Transcribe, "worker_asr", job, lease);
  };
  return run_stage(context, request);
}

}  // namespace skald
