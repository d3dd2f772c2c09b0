#include <algorithm>

#include "base/files.hpp"
#include "formats/fields.hpp"
#include "formats/party.hpp"
#include "formats/results.hpp"
#include "formats/rttm.hpp"
#include "formats/segments.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t largest_results = 512ULL << 20;
constexpr std::string_view data_ending = "_data.json";

Result<Json> read_outside(const fs::path& path) {
  const std::string text = TRY(read_file(path, largest_results));
  return parse_outside_json(text, path.string());
}

// The one `*_data.json` of a folder.
Result<fs::path> data_file(const fs::path& place) {
  std::error_code error;
  if (!fs::is_directory(place, error)) return place;
  std::vector<fs::path> found;
  for (auto entry = fs::directory_iterator(place, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (entry->path().filename().string().ends_with(data_ending)) found.push_back(entry->path());
  if (error) return tl::unexpected(errno_error(error.value(), "cannot list", place.string()));
  std::sort(found.begin(), found.end());
  if (found.empty()) return fail(ErrorCode::NotFound, "'" + place.string() + "' holds no _data.json");
  if (found.size() > 1)
    return fail(ErrorCode::InvalidInput, "'" + place.string() +
                                             "' holds several results: " + found[0].filename().string() +
                                             ", " + found[1].filename().string());
  return found.front();
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const auto list = object.find(key);
  if (list != object.end() && list->is_array())
    for (const Json& text : *list)
      if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}

// The entries of a list of objects; empty where there is none.
std::vector<Json> objects_in(const Json& object, const char* key) {
  std::vector<Json> objects;
  const auto list = object.find(key);
  if (list != object.end() && list->is_array())
    for (const Json& entry : *list)
      if (entry.is_object()) objects.push_back(entry);
  return objects;
}

void take_metadata(const Json& metadata, SessionResult& result) {
  result.session_id = text_at(metadata, "session_id");
  result.input_file = text_at(metadata, "input_file");
  result.campaign_id = text_at(metadata, "campaign_id");
  result.campaign_name = text_at(metadata, "campaign_name");
  result.timestamp = text_at(metadata, "timestamp");
  result.version = text_at(metadata, "version");
  result.skipped = texts_in(metadata, "skipped");
  result.duration = {number_at(metadata, "duration").value_or(0)};
  for (const Json& use : objects_in(metadata, "models"))
    result.models.push_back({text_at(use, "stage"), text_at(use, "name"), text_at(use, "version")});
}

// The predecessor's `_data.json` names neither the kind of voice nor a backend; its `_classified.json` has
// the kind.
Status take_classified(const fs::path& path, SessionResult& result) {
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  const Json json = TRY(read_outside(path));
  if (!json.is_object()) return {};
  const std::vector<Json> entries = objects_in(json, "segments");
  if (entries.size() != result.segments.size()) return {};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto& label = result.segments[i].label;
    if (label && label->backend == "unknown" && text_at(entries[i], "text") == result.segments[i].text)
      label->voice = voice_from(text_at(entries[i], "classification_type")).value_or(label->voice);
  }
  return {};
}

Status take_turns(const fs::path& rttm, SessionResult& result) {
  std::error_code error;
  if (!fs::exists(rttm, error)) return {};
  const std::string text = TRY(read_file(rttm, largest_results));
  result.diarization.turns = TRY(parse_rttm(text, rttm.string()));
  return {};
}

}  // namespace

Result<SessionResult> parse_results(std::string_view data_json, std::string_view origin) {
  const Json json = TRY(parse_outside_json(data_json, origin));
  const auto wrong = [&](Error e) {
    e.message = std::string(origin) + ": " + e.message;
    return e;
  };
  if (!json.is_object() || !json.contains("segments") || !json["segments"].is_array())
    return fail(ErrorCode::InvalidInput, std::string(origin) + ": a list 'segments' is expected");
  SessionResult result;
  if (json.contains("metadata") && json["metadata"].is_object()) take_metadata(json["metadata"], result);
  if (json.contains("party") && json["party"].is_object())
    result.party = TRY(party_from_json(json["party"]).map_error(wrong));
  if (json.contains("speakers") && json["speakers"].is_array())
    result.roles = TRY(roles_from_json(json["speakers"]).map_error(wrong));
  for (const Json& f : objects_in(json, "fallbacks"))
    result.fallbacks.push_back(
        {text_at(f, "stage"), text_at(f, "wanted"), text_at(f, "used"), text_at(f, "reason")});
  for (const Json& segment : json["segments"])
    result.segments.push_back(TRY(segment_from_json(segment).map_error(wrong)));
  if (result.duration.value == 0)
    for (const Segment& segment : result.segments)
      result.duration = std::max(result.duration, segment.span.end);
  return result;
}

Result<SessionResult> read_results(const fs::path& folder_or_data_json) {
  const fs::path path = TRY(data_file(folder_or_data_json));
  const std::string text = TRY(read_file(path, largest_results));
  SessionResult result = TRY(parse_results(text, path.string()));
  const std::string name = path.filename().string();
  if (!name.ends_with(data_ending)) return result;
  const std::string id = name.substr(0, name.size() - data_ending.size());
  TRY_VOID(take_classified(path.parent_path() / (id + "_classified.json"), result));
  TRY_VOID(take_turns(path.parent_path() / (id + ".rttm"), result));
  return result;
}

}  // namespace skald
