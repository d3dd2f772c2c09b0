// The transcription of a run: by the recogniser on this machine, or by the service that the user chose.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/hash.hpp"
#include "engines/cloud_speech/transcribe.hpp"
#include "formats/transcript.hpp"
#include "platform/devices/devices.hpp"
#include "service/backends/backends.hpp"
#include "service/cards/card_use.hpp"
#include "service/labels/speech_service.hpp"
#include "service/labels/unload.hpp"
#include "service/models/models.hpp"
#include "service/session/heard_track.hpp"
#include "service/session/run_state.hpp"
#include "service/speech/speech_ladder.hpp"
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
  job.hotwords = names_to_expect(checked_);
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

Result<TranscribeInput> SessionRun::input_of(const fs::path& model, int batch) {
  TranscribeInput input;
  input.model = model;
  input.identity = TRY(model_identity(store_, model));
  input.languages = checked_.options.languages;
  input.hotwords = names_to_expect(checked_);
  input.threads = checked_.threads;
  input.batch = batch;
  input.beam = checked_.options.beam;
  return input;
}

Result<TranscribeInput> SessionRun::input_for_cpu(const fs::path& model, int batch) {
  TranscribeInput input = TRY(input_of(model, batch));
  const SpeechTuning tuning = TRY(speech_tuning_of(model, input.identity));
  input.precision = tuning.precision;
  input.decoder = input.beam > 1 ? "ctranslate2" : tuning.decoder;
  if (checked_.options.threads <= 0) input.threads = tuning.threads;
  return input;
}

Result<TranscribeInput> SessionRun::input_for_card(const fs::path& model, const WhisperStep& step) {
  TranscribeInput input = TRY(input_of(model, step.batch));
  const std::string digits = step.device.substr(step.device.find(':') + 1);
  input.card = TranscribeCard{std::atoi(digits.c_str()), std::string(to_string(step.precision))};
  return input;
}

Status SessionRun::transcribe_tracks(const TranscribeInput& input, const std::function<void(int)>& started) {
  const std::string name = input.model.filename().string();
  meter_.plan(StageId::Transcribe, input.card ? name + "/cuda/" + input.card->precision
                                              : name + "/" + std::to_string(checked_.threads));
  for (Track& track : tracks_) {
    if (track.words) continue;
    meter_.begin(StageId::Transcribe);
    StageContext shared = context();
    shared.started = started;
    HeardTrack heard(observer_, track_number(track), TRY(diarization_of(track)), told_roles());
    shared.unit = [&](const fs::path& units, std::size_t index) { heard.tell_unit(units, index); };
    track.words = TRY(transcribe(shared, *track.audio, *track.heard, input));
    heard.tell_rest(track.words->directory);
  }
  return {};
}

bool SessionRun::has_words(const TranscribeInput& input) {
  if (context().redo(StageId::Transcribe)) return false;
  return std::all_of(tracks_.begin(), tracks_.end(), [&](const Track& track) {
    if (track.words) return true;
    const auto key = transcribe_key(*track.audio, *track.heard, input);
    const auto found = key ? store_.find(*key) : tl::unexpected(key.error());
    return found && found->has_value();
  });
}

Status SessionRun::transcribe_here() {
  const SpeechTask task = speech_task(checked_);
  const auto probe = TRY(find_devices());
  const Devices devices = TRY(probe->look());
  const CardSupport support = card_support(devices, visible_setting());
  TRY_VOID(check_card(task, support));
  const bool may_use_card = task.device != "cpu" && support.cuda == CudaSupport::Yes;
  if (may_use_card) return transcribe_by_steps(*probe, task, support);
  if (task.device != "cpu" && !devices.gpus.empty())
    observer_.note(fmt::format("transcribe: {} is not used: {}. {}", devices.gpus.front().id, support.why_not,
                               support.advice));
  const TranscribeInput input = TRY(input_for_cpu(checked_.speech_model, checked_.batch));
  result_.models.push_back(
      {"transcribe", checked_.speech_model.filename().string(), input.identity.substr(0, 12)});
  return transcribe_tracks(input, [](int) {});
}

Status SessionRun::transcribe_by_steps(DeviceProbe& probe, const SpeechTask& task,
                                       const CardSupport& support) {
  const WhisperWish wish = TRY(speech_wish(task, checked_.options.services, support, cancel_));
  MemoryBroker broker(probe, steady_wait_clock());
  const BrokerSettings& reserves = broker.settings();
  const auto steps = whisper_steps(wish, TRY(broker.look()), {reserves.gpu_reserve, reserves.host_reserve});
  const auto tell = [this](std::string_view line) { observer_.note("transcribe: " + std::string(line)); };
  const auto input_for = [&](const WhisperStep& step) -> Result<TranscribeInput> {
    const bool wished = step.model == wish.model.name;
    const fs::path model = wished ? checked_.speech_model : TRY(find_speech_model(step.model));
    if (step.device != "cpu") return input_for_card(model, step);
    // What was planned is what is taken, where the worker itself would take more.
    return input_for_cpu(model, !wished || step.batch < wish.cpu_batch ? step.batch : checked_.batch);
  };
  std::string identity;
  SpeechPorts ports;
  ports.tell = tell;
  ports.stored = [&](const WhisperStep& step) {
    const auto input = input_for(step);
    return input && has_words(*input);
  };
  ports.transcribe = [&](const WhisperStep& step) -> Status {
    const TranscribeInput input = TRY(input_for(step));
    identity = input.identity.substr(0, 12);
    if (step.device == "cpu" || has_words(input)) return transcribe_tracks(input, [](int) {});
    const auto warn = [this](std::string_view line) { observer_.warning(line); };
    const CardUser user{broker,
                        steady_wait_clock(),
                        {store_.home() / "locks", step.device, "session " + checked_.options.session},
                        "worker_asr",
                        [&] { return unload_models(step, probe, checked_.options.services, cancel_, tell); },
                        tell,
                        warn,
                        cancel_};
    return use_card(user, step.needed,
                    [&](const WorkerStarted& started) { return transcribe_tracks(input, started); });
  };
  const SpeechOutcome outcome = TRY(transcribe_in_steps(steps, ports));
  const std::string used = outcome.used.device == "cpu" ? outcome.used.model : step_name(outcome.used);
  result_.models.push_back({"transcribe", used, identity});
  if (outcome.fallback) result_.fallbacks.push_back(*outcome.fallback);
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
    HeardTrack(observer_, track_number(track), TRY(diarization_of(track)), told_roles())
        .tell_rest(track.words->directory);
  }
  return {};
}

}  // namespace skald
