// The files that users get: one folder of results a session.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"

namespace skald {

/// A stage for which another backend stood in than the chosen one, and why.
struct Fallback {
  std::string stage, wanted, used, reason;
};

/// Which model or backend did a stage.
struct ModelUse {
  std::string stage, name, version;
};

struct SessionResult {
  std::string session_id;
  std::string input_file;
  std::string campaign_id;
  std::string campaign_name;
  std::optional<Party> party;
  Seconds duration;
  std::vector<Segment> segments;
  Diarization diarization;
  std::vector<SpeakerRole> roles;
  std::vector<Fallback> fallbacks;
  std::vector<ModelUse> models;
  std::vector<std::string>
      skipped;            // stages left out by the user: "diarization", "classification", "snippets"
  std::string timestamp;  // ISO 8601, given by the caller: the same run writes the same bytes
  std::string version;    // of Skald

  bool was_skipped(std::string_view stage) const;
};

/// The session id as part of file names: white space, '/' and ':' become '_', then all but word characters
/// (of any script) and '-' go. Never empty; at most 100 characters, with a hash in place of what was cut off.
std::string safe_session_id(std::string_view session_id);

/// The name to show for a segment's speaker: the person where known, else the id, else "UNKNOWN".
std::string shown_name(const Segment& segment);

/// The segments as files show them: without labels or speakers where these stages were left out, and each
/// with the name to show.
std::vector<Segment> shown_segments(const SessionResult& result);

/// The text of `_data.json` for these segments, which are shown_segments() or some of them.
std::string data_json(const SessionResult& result, const std::vector<Segment>& segments);

/// Writes `<id>_full`, `_ic_only`, `_ooc_only` as .txt and .srt, `<id>.vtt`, `<id>.rttm`, `<id>_data.json`
/// and
/// `<id>_classified.json` into `dir`, each atomically; `<id>` is the safe id. Without classification there
/// are no IC, OOC and classified files; without diarization no RTTM, and every speaker is UNKNOWN. Fails,
/// before it writes anything, for a segment without a classification, backend or confidence between 0 and 1.
Status write_results(const SessionResult& result, const std::filesystem::path& dir);

/// Reads a `_data.json`, ours or the predecessor's. Turns are in other files.
Result<SessionResult> parse_results(std::string_view data_json, std::string_view origin);

/// Reads a folder of results, ours or the predecessor's, or a `_data.json` alone. Turns come from the RTTM
/// beside it.
Result<SessionResult> read_results(const std::filesystem::path& folder_or_data_json);

/// `segment_0001_<SPEAKER>.wav`; `number` counts from 1.
std::string snippet_name(std::size_t number, std::string_view speaker);
/// Writes `manifest.json` of the folder `segments/<id>`: number, file, times, speaker, text and label of
/// every segment.
Status write_snippets_manifest(const SessionResult& result, const std::filesystem::path& segments_folder);

}  // namespace skald
