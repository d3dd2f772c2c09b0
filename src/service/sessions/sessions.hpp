// What was processed so far: sessions, their runs, their results, and how they are forgotten.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded_files.hpp"
#include "store/store.hpp"

namespace skald {

/// A session and all its runs, newest first; never without a run.
struct Session {
  std::int64_t id = 0;  // of its first run: made by the store, never used twice
  std::string name;
  std::vector<RunRecord> runs;
};

/// That with the newest run first.
Result<std::vector<Session>> all_sessions(Store& store);
/// NotFound: there is none of that id.
Result<Session> find_session(Store& store, std::int64_t id);
/// NotFound: there is none of that name.
Result<Session> find_session(Store& store, const std::string& name);

/// SHA-256 of each recording of a run, in their order.
std::vector<std::string> recordings_of(const RunRecord& run);
/// The same of each track: an archive is one recording with many.
std::vector<std::string> tracks_of(const RunRecord& run);

/// The id of a session that one of its runs made from this recording; nothing where there is none.
Result<std::optional<std::int64_t>> session_with_recording(Store& store, const std::string& sha256);

/// The newest run with results. NotFound: no run has finished.
Result<RunRecord> newest_results(const Session& session);

/// The beginning of the names of a run's result files: that of the session when it was processed.
std::string results_id(const RunRecord& run);

/// Gives a session another name, as one line, and returns that; its files keep theirs. Conflict: there is one
/// of that name.
Result<std::string> rename_session(Store& store, const Session& session, std::string_view name);

/// `_data.json` of the newest results.
Result<OpenFile> open_transcript(const Session& session);

/// The sound of one track, as long as it lives kept by the store.
struct SessionSound {
  Artifact audio;                // as the stages heard it: audio.wav, 16 kHz mono, 16 bit
  std::optional<Artifact> copy;  // for players; sessions of an older Skald have none
};
/// `track` counts from 1, in the order in which the recordings were named.
Result<SessionSound> find_sound(Store& store, const Session& session, std::size_t track);

/// Forgets a session; recordings and results stay. Returns bytes freed.
Result<std::uint64_t> remove_session(Store& store, const Session& session);

}  // namespace skald
