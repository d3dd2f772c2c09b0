#include "service/sessions/sessions.hpp"

#include <algorithm>
#include <map>

#include "formats/results.hpp"
#include "formats/session_text.hpp"
#include "pipeline/stage.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

// The one that was made from an input: the hash of a recording, or the key of another artifact.
std::optional<Artifact> made_from(const std::vector<Store::UsedArtifact>& all, const std::string& input) {
  for (const Store::UsedArtifact& used : all) {
    const auto inputs = used.made_from.find("inputs");
    if (inputs != used.made_from.end() && inputs->is_array() && !inputs->empty() && inputs->front() == input)
      return used.artifact;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<Session>> all_sessions(Store& store) {
  std::vector<Session> sessions;
  std::map<std::string, std::size_t> places;
  for (RunRecord& run : TRY(store.runs())) {
    if (run.session.empty()) continue;
    const auto [place, added] = places.try_emplace(run.session, sessions.size());
    if (added) sessions.push_back({0, run.session, {}});
    Session& session = sessions[place->second];
    session.id = run.id;  // runs come newest first, so that the first one's number stays
    session.runs.push_back(std::move(run));
  }
  return sessions;
}

Result<Session> find_session(Store& store, std::int64_t id) {
  for (Session& session : TRY(all_sessions(store)))
    if (session.id == id) return session;
  return fail(ErrorCode::NotFound, "there is no session with the id " + std::to_string(id),
              "`skald sessions list` shows what there is.");
}

Result<Session> find_session(Store& store, const std::string& name) {
  auto runs = TRY(store.runs(name));
  if (name.empty() || runs.empty())
    return fail(ErrorCode::NotFound, "there is no session '" + name + "'",
                "`skald sessions list` shows them.");
  return Session{runs.back().id, name, std::move(runs)};
}

namespace {

std::vector<std::string> hashes_in(const Json& details, std::string_view field) {
  std::vector<std::string> hashes;
  const auto list = details.is_object() ? details.find(field) : details.end();
  if (!details.is_object() || list == details.end()) return hashes;
  for (const Json& row : *list) hashes.push_back(get_or(row, "sha256", std::string()));
  return hashes;
}

}  // namespace

std::vector<std::string> recordings_of(const RunRecord& run) {
  return hashes_in(parse_json(run.details, "run").value_or(Json::object()), "recordings");
}

std::vector<std::string> tracks_of(const RunRecord& run) {
  const Json details = parse_json(run.details, "run").value_or(Json::object());
  auto tracks = hashes_in(details, "tracks");
  return tracks.empty() ? hashes_in(details, "recordings") : tracks;
}

Result<std::optional<std::int64_t>> session_with_recording(Store& store, const std::string& sha256) {
  for (const Session& session : TRY(all_sessions(store)))
    for (const RunRecord& run : session.runs) {
      const auto recordings = recordings_of(run);
      if (std::find(recordings.begin(), recordings.end(), sha256) != recordings.end()) return session.id;
    }
  return std::nullopt;
}

Result<RunRecord> newest_results(const Session& session) {
  const auto found = std::find_if(session.runs.begin(), session.runs.end(), [](const RunRecord& run) {
    return run.state == RunState::Finished && !run.directory.empty();
  });
  if (found != session.runs.end()) return *found;
  return fail(ErrorCode::NotFound, "there is no finished session '" + session.name + "'",
              "`skald sessions list` shows them.");
}

std::string results_id(const RunRecord& run) {
  const Json details = parse_json(run.details, "run").value_or(Json::object());
  return safe_session_id(get_or(details, "session", run.session));
}

Result<std::string> rename_session(Store& store, const Session& session, std::string_view name) {
  constexpr std::size_t most = 200;  // bytes
  std::string line = one_line(name);
  if (line.empty()) return fail(ErrorCode::InvalidInput, "a session needs a name", "Send one.");
  if (line.size() > most)
    return fail(ErrorCode::InvalidInput, "the name is longer than " + std::to_string(most) + " bytes",
                "Choose a shorter one.");
  if (line != session.name) TRY_VOID(store.rename_session(session.name, line));
  return line;
}

Result<OpenFile> open_transcript(const Session& session) {
  const RunRecord run = TRY(newest_results(session));
  auto file = open_in(run.directory, results_id(run) + "_data.json");
  if (!file) file.error().advice = "Were the results moved? The same `skald process` writes them again.";
  return file;
}

Result<SessionSound> find_sound(Store& store, const Session& session, std::size_t track) {
  for (const RunRecord& run : session.runs) {
    const auto tracks = tracks_of(run);
    const auto decoded = TRY(store.artifacts_of(run.id, info(StageId::Decode).name));
    if (decoded.empty()) continue;
    if (track == 0 || track > tracks.size()) break;
    if (auto audio = made_from(decoded, tracks[track - 1])) {
      auto copy = made_from(decoded, audio->key);
      return SessionSound{std::move(*audio), std::move(copy)};
    }
  }
  return fail(ErrorCode::NotFound,
              "the session '" + session.name + "' has no sound of track " + std::to_string(track),
              "Run `skald process` again to read the recording anew.");
}

Result<std::uint64_t> remove_session(Store& store, const Session& session) {
  TRY_VOID(store.remove_runs(session.name));
  return store.collect_garbage();
}

}  // namespace skald
