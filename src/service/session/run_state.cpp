#include "service/session/run_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "formats/diarization.hpp"
#include "formats/fields.hpp"
#include "formats/party.hpp"
#include "formats/segments.hpp"
#include "formats/transcript.hpp"
#include "service/models/models.hpp"
#include "service/session/heard_track.hpp"
#include "service/session/track_names.hpp"
#include "stages/assign/assign_stage.hpp"
#include "stages/decode/decode.hpp"
#include "stages/diarize/diarize.hpp"
#include "stages/listen/listen.hpp"

namespace skald {
namespace fs = std::filesystem;

SessionRun::SessionRun(Store& store, const CheckedOptions& checked, RunObserver& observer,
                       const CancelToken& cancel)
    : store_(store),
      checked_(checked),
      observer_(observer, log_, checked.options.log.console),
      cancel_(cancel),
      meter_(observer_, store, steady_seconds) {}

StageContext SessionRun::context() {
  const ProcessOptions& options = checked_.options;
  return StageContext{store_,
                      *workers_,
                      meter_,
                      observer_,
                      cancel_,
                      [this](const std::string& key) { return store_.use_artifact(run_.id, key); },
                      [&options](StageId stage) {
                        return options.resume == Resume::Fresh ||
                               (options.from && follows(stage, *options.from));
                      },
                      [this](StageId stage, std::string_view name, double value) {
                        figures_[std::string(info(stage).name)][std::string(name)] = value;
                      }};
}

Status SessionRun::prepare() {
  const ProcessOptions& options = checked_.options;
  for (const fs::path& path : options.recordings) recordings_.push_back(TRY(read_recording(path, cancel_)));
  TRY_VOID(find_or_add_run());
  start_workers();
  TRY_VOID(make_tracks());
  result_.session_id = options.session;
  result_.input_file = name_of_recording(options, 0);
  result_.party = checked_.party;
  if (checked_.party) {
    result_.campaign_id = checked_.party->id;
    result_.campaign_name = checked_.party->campaign;
  }
  result_.timestamp = recordings_.front().modified;
  result_.version = SKALD_VERSION;
  if (skips(Skippable::Diarization)) result_.skipped.emplace_back("diarization");
  if (skips(Skippable::Classification)) result_.skipped.emplace_back("classification");
  if (skips(Skippable::Snippets)) result_.skipped.emplace_back("snippets");
  result_.fallbacks = options.fallbacks;
  plan();
  return {};
}

Status SessionRun::make_tracks() {
  for (std::size_t i = 0; i < recordings_.size(); ++i) {
    if (recordings_[i].archive)
      TRY_VOID(unpack_tracks(recordings_[i]));
    else
      tracks_.push_back({recordings_[i], name_of_recording(checked_.options, i)});
  }
  if (tracks_.size() > 1) name_tracks();
  if (unpacked_.empty()) return {};
  // Where their sound is found again.
  Json details = parse_json(run_.details, "run").value_or(Json::object());
  details["tracks"] = Json::array();
  for (const Track& track : tracks_) details["tracks"].push_back({{"sha256", track.recording.content}});
  run_.details = to_line(details);
  return store_.update_run(run_);
}

Status SessionRun::unpack_tracks(const Recording& archive) {
  if (checked_.options.scope != Scope::Session)
    return fail(ErrorCode::InvalidInput, "'" + archive.path.string() + "' is an archive, not a sound",
                "Unpack it, and name one of its tracks; `skald process` takes the archive.");
  meter_.begin(StageId::Decode);
  StageContext shared = context();
  unpacked_.push_back(TRY(unpack(shared, archive.path, archive.content)));
  const fs::path& folder = unpacked_.back().directory;
  const Json list = TRY(read_json_file(folder / "tracks.json"));
  for (const Json& row : list.value("tracks", Json::array()))
    tracks_.push_back({TRY(read_recording(folder / text_at(row, "file"), cancel_)), text_at(row, "name")});
  return {};
}

void SessionRun::name_tracks() {
  std::vector<std::string> files;
  files.reserve(tracks_.size());
  for (const Track& track : tracks_) files.push_back(fs::path(track.called).stem().string());
  const auto names = track_names(files, checked_.party);
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    tracks_[i].speaker_id = fmt::format("SPEAKER_{:02}", i);
    tracks_[i].speaker_name = names[i];
  }
}

void SessionRun::start_workers() {
  const std::string id = safe_session_id(checked_.options.session);
  log_.open(store_.home() / "logs" / ("session_processor_" + run_.started + "_" + id + ".log"),
            checked_.options.log);
  log_.line("session " + checked_.options.session + ", run " + std::to_string(run_.id));
  workers_ = std::make_unique<ProcessWorkerRunner>(WorkerSettings{
      program_directory(), store_.home() / "jobs", log_.path(),
      [this](std::string_view worker, std::string_view line) { observer_.output(worker, line); }});
}

void SessionRun::plan() {
  const std::string threads = std::to_string(checked_.threads);
  const std::pair<StageId, std::string> variants[] = {
      {StageId::Decode, ""},
      {StageId::Listen, threads},
      {StageId::Diarize, ""},
      {StageId::Transcribe, checked_.speech_model.filename().string() + "/" + threads},
      {StageId::Classify, threads}};
  const std::set<StageId> wanted = wanted_stages(checked_.options);
  for (const auto& [stage, variant] : variants)
    if (wanted.contains(stage)) meter_.plan(stage, variant);
}

Status SessionRun::find_or_add_run() {
  const ProcessOptions& o = checked_.options;
  Json command = {
      {"session", o.session},
      {"scope", static_cast<int>(o.scope)},
      {"output", fs::absolute(o.output).string()},
      {"model", checked_.speech_model.string()},
      {"languages", o.languages},
      {"backends", {o.transcriber, o.diarizer, o.classifier}},
      {"names", o.names},
      {"speakers", {o.speakers.value_or(0), o.min_speakers.value_or(0), o.max_speakers.value_or(0)}},
      {"party", checked_.party ? to_json(*checked_.party) : Json(nullptr)},
      {"recordings", Json::array()}};
  for (const Recording& recording : recordings_)
    command["recordings"].push_back(
        {{"path", fs::absolute(recording.path).string()}, {"sha256", recording.content}});
  for (const Skippable s : o.skip) command["skip"].push_back(static_cast<int>(s));
  for (const StageId stage : o.only) command["only"].push_back(info(stage).name);
  if (!o.called.empty()) command["called"] = o.called;
  const std::string key = sha256(to_line(command));
  if (o.resume == Resume::Upgrade && TRY(store_.runs(o.session)).empty())
    return fail(ErrorCode::NotFound, "the session '" + o.session + "' was not processed before",
                "Leave --upgrade out; `skald sessions list` shows what there is.");
  const fs::path lock_file = store_.home() / "locks" / ("run-" + key);
  lock_ = TRY(FileLock::try_lock(lock_file));
  // Without the lock an equal run is at work right now: this one is a run of its own and shares finished
  // artifacts with it.
  if (lock_ && o.resume != Resume::Fresh) {
    if (auto unfinished = TRY(store_.unfinished_run(key))) {
      run_ = *unfinished;
      observer_.note("going on with the run of " + run_.started + "; what was done is kept");
      run_.state = RunState::Running;
      return store_.update_run(run_);
    }
  }
  const std::string session = o.scope == Scope::Session ? o.session : std::string();
  run_ = RunRecord{0, key, session, {}, RunState::Running, stamp_now(), to_line(command)};
  return store_.add_run(run_);
}

Status SessionRun::decode_all() {
  for (Track& track : tracks_) {
    meter_.begin(StageId::Decode);
    StageContext shared = context();
    // A command for one stage makes nothing that is looked at later.
    const bool copied = checked_.options.scope == Scope::Session;
    track.audio = TRY(decode(shared, {track.recording.path, track.recording.content, checked_.options.stream},
                             copied ? StageEnd::Part : StageEnd::Whole));
    TRY_VOID(unchanged(track.recording));
    if (copied) TRY(copy_for_players(shared, *track.audio));
    const Json media = TRY(read_json_file(track.audio->directory / "media.json"));
    track.duration = get_or(media, "duration", 0.0);
    result_.duration = std::max(result_.duration, Seconds{track.duration});
    if (media.contains("warnings"))
      for (const Json& warning : media.at("warnings"))
        if (warning.is_string()) observer_.warning(warning.get<std::string>());
  }
  meter_.set_audio_seconds(result_.duration.value);
  return {};
}

Status SessionRun::listen_all() {
  listen_identity_ = TRY(model_identity(store_, checked_.speaker_model));
  for (Track& track : tracks_) {
    meter_.begin(StageId::Listen);
    StageContext shared = context();
    track.heard =
        TRY(listen(shared, *track.audio, {checked_.speaker_model, listen_identity_, checked_.threads}));
  }
  return {};
}

Status SessionRun::diarize_all() {
  if (skips(Skippable::Diarization)) return {};
  result_.models.push_back({"diarize", checked_.options.diarizer, listen_identity_.substr(0, 12)});
  for (Track& track : tracks_) {
    meter_.begin(StageId::Diarize);
    StageContext shared = context();
    SpeakerCount count{
        checked_.options.speakers, checked_.options.min_speakers, checked_.options.max_speakers, {}};
    if (checked_.party && !checked_.party->people().empty())
      count.people = static_cast<int>(checked_.party->people().size());
    // One track per player: the file says who speaks, only when is asked.
    if (!track.speaker_id.empty()) count = SpeakerCount{1, {}, {}, {}};
    track.turns = TRY(diarize(shared, *track.heard, {checked_.speaker_model, listen_identity_, count}));
    const int told = count.exact.value_or(count.least.value_or(1));
    const Diarization found = TRY(read_turns(track.turns->directory / "turns.json"));
    std::set<std::string> people;
    for (const Turn& turn : found.turns) people.insert(turn.speaker);
    if (!people.empty() && std::ssize(people) < told) {
      observer_.warning(
          fmt::format("{} speakers were told, but only {} voices could be told apart; who speaks little, or "
                      "only while others "
                      "do, may be counted as somebody else",
                      told, people.size()));
    }
  }
  return {};
}

// A run that goes on keeps its choice, whatever has been measured since.
Result<SpeechTuning> SessionRun::speech_tuning_of(const fs::path& model, const std::string& identity) {
  Json details = parse_json(run_.details, "run").value_or(Json::object());
  const bool wished = model == checked_.speech_model;  // not one that stands in for it
  if (wished && details.contains("speech"))
    if (auto before = tuning_from(details.at("speech"))) return *before;
  SpeechTuning tuning = TRY(speech_tuning(
      store_, *workers_, {model, identity, default_threads(), Measure::IfUnknown},
      [this](std::string_view text) { observer_.note(text); }, cancel_));
  if (!wished) return tuning;
  details["speech"] = to_json(tuning);
  run_.details = to_line(details);
  TRY_VOID(store_.update_run(run_));
  return tuning;
}

Result<Diarization> SessionRun::diarization_of(const Track& track) const {
  if (track.turns) {
    Diarization found = TRY(read_turns(track.turns->directory / "turns.json"));
    if (!track.speaker_id.empty())
      for (auto* turns : {&found.turns, &found.exclusive_turns})
        for (Turn& turn : *turns) turn.speaker = track.speaker_id;
    return found;
  }
  const SpeechMap map = TRY(read_speech(track.heard->directory / "speech.json"));
  Diarization diarization;
  diarization.speech = map.speech;
  if (track.speaker_id.empty()) return diarization;  // --skip diarization
  for (const Span& span : map.speech) diarization.turns.push_back({span, track.speaker_id});
  diarization.exclusive_turns = diarization.turns;
  return diarization;
}

std::vector<SpeakerRole> SessionRun::told_roles() const {
  std::map<std::string, std::string> names = checked_.options.names;
  for (const Track& track : tracks_)
    if (!track.speaker_id.empty()) names.try_emplace(track.speaker_id, track.speaker_name);
  std::vector<SpeakerRole> roles;
  for (const auto& [speaker, name] : names) {
    SpeakerRole role{speaker, name, Role::Unknown, {}, SpeakerRole::Origin::Told, 1};
    if (checked_.party) {
      if (name == checked_.party->dm_name) role.role = Role::DM;
      for (const Character& c : checked_.party->characters)
        if (name == c.player || name == c.name) {
          role.role = Role::Player;
          role.character = c.name;
          if (name == c.name && !c.player.empty()) role.name = c.player;
        }
    }
    roles.push_back(std::move(role));
  }
  return roles;
}

Status SessionRun::assign_words() {
  meter_.begin(StageId::Assign);
  std::vector<TrackText> texts;
  for (const Track& track : tracks_) {
    texts.push_back({*track.words, TRY(diarization_of(track))});
    Diarization& all = result_.diarization;
    const Diarization& own = texts.back().diarization;
    all.turns.insert(all.turns.end(), own.turns.begin(), own.turns.end());
    all.exclusive_turns.insert(all.exclusive_turns.end(), own.exclusive_turns.begin(),
                               own.exclusive_turns.end());
    all.speech.insert(all.speech.end(), own.speech.begin(), own.speech.end());
    all.overlaps.insert(all.overlaps.end(), own.overlaps.begin(), own.overlaps.end());
  }
  if (tracks_.size() > 1)
    std::stable_sort(result_.diarization.turns.begin(), result_.diarization.turns.end(),
                     [](const Turn& a, const Turn& b) { return a.span < b.span; });
  result_.roles = told_roles();
  StageContext shared = context();
  Assigned assigned = TRY(assign_tracks(shared, texts, result_.roles));
  segments_ = std::move(assigned.artifact);
  segments_content_ = assigned.content;
  result_.segments = std::move(assigned.segments);
  name_speakers(result_.segments, result_.roles);
  return {};
}

namespace {

// Relative names of all files below a folder.
std::set<fs::path> files_below(const fs::path& folder) {
  std::set<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) files.insert(it->path().lexically_relative(folder));
  return files;
}

Result<bool> same_files(const fs::path& one, const fs::path& other) {
  const auto files = files_below(one);
  if (files != files_below(other)) return false;
  for (const fs::path& file : files)
    if (TRY(sha256_file(one / file)) != TRY(sha256_file(other / file))) return false;
  return true;
}

}  // namespace

Result<fs::path> SessionRun::publish(const fs::path& partial, const fs::path& base, const std::string& id) {
  std::error_code error;
  // A run that was killed after its folder had appeared finds it again.
  if (!run_.directory.empty() && fs::exists(run_.directory, error) &&
      TRY(same_files(partial, run_.directory))) {
    TRY_VOID(remove_tree(partial));
    return base / fs::path(run_.directory).filename();
  }
  // The folder appears whole. A name that another run has taken is left to it.
  std::string stamp = run_.started;
  for (int later = 0;; ++later) {
    if (later > 0) stamp = stamp_now(later);
    fs::path folder = base / fmt::format("{}_{}", stamp, id);
    if (fs::exists(folder, error)) continue;
    run_.directory = fs::absolute(folder).string();
    TRY_VOID(store_.update_run(run_));
    const Status moved = commit_file(partial, folder);
    if (moved) return folder;
    run_.directory.clear();
    if (!fs::exists(folder, error)) return tl::unexpected(moved.error());
  }
}

Result<fs::path> SessionRun::export_results() {
  meter_.begin(StageId::Export);
  const fs::path base = checked_.options.output;
  const std::string id = safe_session_id(checked_.options.session);
  const fs::path partial =
      base / ("." + run_.started + "_" + id + "." + std::to_string(run_.id) + ".partial");
  TRY_VOID(remove_tree(partial));
  TRY_VOID(make_directories(partial));
  Status written = write_results(result_, partial);
  if (written && !skips(Skippable::Snippets))
    written = write_snippets(result_, tracks_, partial / "segments" / id);
  if (written && cancel_.cancelled()) written = fail(ErrorCode::Cancelled, "cancelled");
  if (!written) {
    (void)remove_tree(partial);
    return tl::unexpected(written.error());
  }
  fs::path folder = TRY(publish(partial, base, id));
  meter_.end(ProgressMeter::Outcome::Reused);
  return folder;
}

bool SessionRun::ends_after(StageId stage) const {
  return checked_.options.until && *checked_.options.until <= stage;
}

Status SessionRun::finish(RunState state) {
  if (run_.id == 0) return {};
  Json details = parse_json(run_.details, "run").value_or(Json::object());
  details["figures"] = figures_;
  log_.line(std::string(to_string(state)) + " " + to_line(figures_));
  run_.state = state;
  run_.details = to_line(details);
  return store_.update_run(run_);
}

Status SessionRun::forget() {
  tracks_.clear();  // they hold what they use
  if (run_.id == 0) return {};
  TRY_VOID(store_.remove_run(run_.id));
  TRY_VOID(store_.collect_garbage());
  return {};
}

}  // namespace skald
