// The transcription of a run: by the recogniser on this machine, or by the service that the user chose.
#include <fmt/format.h>

#include "base/hash.hpp"
#include "engines/cloud_speech/transcribe.hpp"
#include "formats/party.hpp"
#include "formats/transcript.hpp"
#include "platform/devices/devices.hpp"
#include "service/backends/backends.hpp"
#include "service/labels/speech_service.hpp"
#include "service/models/models.hpp"
#include "service/session/run_state.hpp"
#include "stages/transcribe/transcribe.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr int kReplyVersion = 1;  // raised when replies are read otherwise

// FLAC is made by the media worker, as the supervisor links no FFmpeg.
cloud_speech::FlacMaker flac_by(WorkerRunner& workers, const CancelToken& cancel) {
  return [&workers, &cancel](const fs::path& audio, const std::vector<whisper::Piece>& stretches,
                             const fs::path& target) -> Status {
    Json list = Json::array();
    for (const whisper::Piece& piece : stretches)
      list.push_back(
          {static_cast<std::uint64_t>(piece.start.value), static_cast<std::uint64_t>(piece.end.value)});
    const Json job = {
        {"do", "flac"}, {"input", audio.string()}, {"stretches", list}, {"output", target.string()}};
    TRY(workers.run("worker_media", job, {}, cancel));
    return {};
  };
}

}  // namespace

Result<std::optional<Artifact>> SessionRun::transcribe_by_service(const Track& track) {
  const ProcessOptions& options = checked_.options;
  StageContext shared = context();
  cloud_speech::Job job;
  job.service = TRY(speech_service(options.transcriber, options.services));
  job.audio = track.audio->directory / "audio.wav";
  job.speech = TRY(read_speech(track.heard->directory / "speech.json")).speech;
  job.languages = options.languages;
  job.hotwords = checked_.party ? hotwords(*checked_.party) : std::string();
  const Json parameters = {{"service", job.service.name},
                           {"model", job.service.model},
                           {"languages", job.languages},
                           {"hotwords", job.hotwords},
                           {"replies", kReplyVersion}};
  const std::string speech = TRY(sha256_file(track.heard->directory / "speech.json"));
  StageRequest request{StageId::Transcribe, parameters, {track.audio->key, speech}, {}};
  http::Client client;
  request.make = [&](const Lease& lease) {
    job.units = lease.units();
    job.output = lease.output();
    const auto send = [&](const http::HttpRequest& asked) -> Result<http::HttpReply> {
      auto reply = client.exchange(asked, cancel_);
      if (!reply) return tl::unexpected(http::to_error(reply.error()));
      return std::move(*reply);
    };
    return cloud_speech::transcribe(job, {flac_by(*workers_, cancel_), send, steady_wait_clock(), cancel_,
                                          [&](double share) { meter_.update(share); },
                                          [&](std::string_view text) { observer_.note(text); }});
  };
  const auto made = run_stage(shared, request);
  if (made) return std::optional<Artifact>(*made);
  const Error& error = made.error();
  if (error.code != ErrorCode::Unavailable && error.code != ErrorCode::InvalidConfig)
    return tl::unexpected(error);
  const std::string wanted = job.service.name + ":" + job.service.model;
  result_.fallbacks.push_back(
      {"transcribe", wanted, checked_.speech_model.filename().string(), error.message});
  observer_.note(fmt::format("transcribe: {}; next: {} on this machine", error.message,
                             checked_.speech_model.filename().string()));
  return std::optional<Artifact>();
}

Status SessionRun::transcribe_here() {
  const std::string identity = TRY(model_identity(store_, checked_.speech_model));
  const SpeechTuning tuning = TRY(speech_tuning_of(identity));
  const bool told = checked_.options.threads > 0;
  TranscribeInput input{checked_.speech_model,
                        identity,
                        checked_.options.languages,
                        checked_.party ? hotwords(*checked_.party) : std::string(),
                        tuning.precision,
                        checked_.options.beam > 1 ? "ctranslate2" : tuning.decoder,
                        told ? checked_.threads : tuning.threads,
                        checked_.batch,
                        checked_.options.beam};
  result_.models.push_back(
      {"transcribe", checked_.speech_model.filename().string(), input.identity.substr(0, 12)});
  for (Track& track : tracks_) {
    if (track.words) continue;
    meter_.begin(StageId::Transcribe);
    StageContext shared = context();
    track.words = TRY(transcribe(shared, *track.audio, *track.heard, input));
  }
  return {};
}

Status SessionRun::transcribe_all() {
  const std::string& backend = checked_.options.transcriber;
  if (backend == kBuiltInTranscriber) return transcribe_here();
  result_.models.push_back(
      {"transcribe", backend + ":" + checked_.options.services.service(backend)->speech_model, ""});
  for (Track& track : tracks_) {
    meter_.begin(StageId::Transcribe);
    track.words = TRY(transcribe_by_service(track));
    if (!track.words) return transcribe_here();
  }
  return {};
}

}  // namespace skald
