#include "formats/segments.hpp"

#include <algorithm>
#include <optional>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/fields.hpp"
#include "formats/transcript.hpp"

namespace skald {
namespace {

constexpr std::uint64_t largest_jsonl = 256ULL << 20;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

std::string at_line(std::string_view origin, std::size_t line) {
  return std::string(origin) + ": line " + std::to_string(line);
}

// Calls take(json, number) for every line that holds something.
template <typename Take>
Status each_json_line(std::string_view text, std::string_view origin, Take take) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty()) continue;
    Result<Json> json = parse_outside_json(line, at_line(origin, number));
    if (!json) return fail(ErrorCode::InvalidInput, at_line(origin, number) + ": not valid JSON");
    TRY_VOID(take(std::move(*json), number));
  }
  return {};
}

Result<SegmentLine> segment_line(Json json, Seconds earlier_end) {
  if (!json.is_object()) return fail(ErrorCode::InvalidInput, "one JSON object is expected");
  if (!json.contains("text") || !json["text"].is_string())
    return fail(ErrorCode::InvalidInput, "'text' is missing or no text");
  for (const char* key : {"speaker", "role"})
    if (json.contains(key) && !json[key].is_string() && !json[key].is_null())
      return fail(ErrorCode::InvalidInput, "'" + std::string(key) + "' must be text");
  for (const char* key : {"start_time", "end_time"})
    if (json.contains(key) && !json[key].is_null() && !number_in(json[key]))
      return fail(ErrorCode::InvalidInput, "'" + std::string(key) + "' must be seconds");
  SegmentLine line;
  line.segment.text = json["text"].get<std::string>();
  line.segment.speaker_id = text_at(json, "speaker");
  if (line.segment.speaker_id.empty()) line.segment.speaker_id = kNobody;
  line.segment.speaker_name = line.segment.speaker_id;
  line.segment.language = text_at(json, "language");
  line.role = role_from(upper(text_at(json, "role"))).value_or(Role::Unknown);
  const double start = number_at(json, "start_time").value_or(earlier_end.value);
  line.segment.span = {{start}, {std::max(start, number_at(json, "end_time").value_or(start))}};
  line.fields = std::move(json);
  return line;
}

Json character_json(const std::string& character) {
  return character.empty() ? Json(nullptr) : Json(character);
}

}  // namespace

Result<std::vector<SegmentLine>> parse_segments(std::string_view jsonl, std::string_view origin) {
  std::vector<SegmentLine> lines;
  TRY_VOID(each_json_line(jsonl, origin, [&](Json json, std::size_t number) -> Status {
    const Seconds earlier = lines.empty() ? Seconds{} : lines.back().segment.span.end;
    Result<SegmentLine> line = segment_line(std::move(json), earlier);
    if (!line) return fail(line.error().code, at_line(origin, number) + ": " + line.error().message);
    lines.push_back(std::move(*line));
    return {};
  }));
  return lines;
}

Result<std::vector<SegmentLine>> read_segments(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path, largest_jsonl));
  return parse_segments(text, path.string());
}

Result<std::string> classified_lines(const std::vector<SegmentLine>& lines,
                                     const std::vector<Label>& labels) {
  if (lines.size() != labels.size())
    return fail(ErrorCode::Internal,
                std::to_string(labels.size()) + " labels for " + std::to_string(lines.size()) + " segments");
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Json json = lines[i].fields;
    const Json label = to_json(labels[i]);
    for (const auto& [key, value] : label.items())
      if (key != "reasoning" || !value.get_ref<const std::string&>().empty()) json[key] = value;
    text += to_line(json) + '\n';
  }
  return text;
}

std::string segments_jsonl(const std::vector<Segment>& segments, const std::vector<SpeakerRole>& roles) {
  std::string text;
  for (const Segment& segment : segments) {
    Json json = {{"text", segment.text}, {"speaker", segment.speaker_id}};
    const auto role = std::find_if(roles.begin(), roles.end(),
                                   [&](const SpeakerRole& r) { return r.speaker_id == segment.speaker_id; });
    if (role != roles.end() && role->role != Role::Unknown) json["role"] = to_string(role->role);
    json["start_time"] = json_time(segment.span.start.value);
    json["end_time"] = json_time(segment.span.end.value);
    if (!segment.language.empty()) json["language"] = segment.language;
    text += to_line(json) + '\n';
  }
  return text;
}

Json to_json(const Segment& segment) {
  const Span span{to_millisecond(segment.span.start), to_millisecond(segment.span.end)};
  Json json = {{"start_time", span.start.value},
               {"end_time", span.end.value},
               {"duration", json_time(span.length().value)},
               {"text", segment.text},
               {"speaker_id", segment.speaker_id},
               {"speaker_name", segment.speaker_name},
               {"language", segment.language},
               {"overlap", segment.overlap == Overlap::Yes}};
  if (segment.label) {
    json["classification"] = to_string(segment.label->classification);
    json["classification_type"] = to_string(segment.label->voice);
    json["classification_confidence"] = json_probability(segment.label->confidence);
    json["classification_reasoning"] = segment.label->reasoning;
    json["character"] = character_json(segment.label->character);
    json["backend"] = segment.label->backend;
  }
  json["words"] = Json::array();
  for (const Word& word : segment.words) json["words"].push_back(to_json(word));
  return json;
}

std::optional<Label> stored_label(const Json& json) {
  const auto classification = classification_from(upper(text_at(json, "classification")));
  if (!classification) return std::nullopt;
  Label label;
  label.classification = *classification;
  const Voice usual = *classification == Classification::OOC ? Voice::OOC_OTHER : Voice::CHARACTER;
  label.voice = voice_from(upper(text_at(json, "classification_type"))).value_or(usual);
  const auto confidence =
      number_at(json, json.contains("confidence") ? "confidence" : "classification_confidence");
  label.confidence = std::clamp(confidence.value_or(0), 0.0, 1.0);
  label.character = text_at(json, "character");
  label.reasoning = text_at(json, json.contains("reasoning") ? "reasoning" : "classification_reasoning");
  label.backend = text_at(json, "backend");
  if (label.backend.empty()) label.backend = "unknown";
  return label;
}

Result<Segment> segment_from_json(const Json& json) {
  const auto start = number_at(json, "start_time");
  const auto end = number_at(json, "end_time");
  if (!start || !end || !json.contains("text") || !json["text"].is_string())
    return fail(ErrorCode::InvalidInput, "a segment needs 'start_time', 'end_time' and 'text'");
  Segment segment;
  segment.span = {{*start}, {std::max(*start, *end)}};
  segment.text = json["text"].get<std::string>();
  segment.speaker_id = text_at(json, json.contains("speaker_id") ? "speaker_id" : "speaker");
  if (segment.speaker_id.empty()) segment.speaker_id = kNobody;
  segment.speaker_name = text_at(json, "speaker_name");
  if (segment.speaker_name.empty()) segment.speaker_name = segment.speaker_id;
  segment.language = text_at(json, "language");
  segment.overlap = get_or(json, "overlap", false) ? Overlap::Yes : Overlap::No;
  if (const auto words = json.find("words"); words != json.end() && words->is_array())
    for (const Json& word : *words) segment.words.push_back(TRY(word_from_json(word)));
  segment.label = stored_label(json);
  return segment;
}

Json to_json(const Label& label) {
  return {{"classification", to_string(label.classification)},
          {"classification_type", to_string(label.voice)},
          {"confidence", json_probability(label.confidence)},
          {"character", character_json(label.character)},
          {"reasoning", label.reasoning},
          {"backend", label.backend}};
}

Result<Label> label_from_json(const Json& json) {
  const auto classification = classification_from(text_at(json, "classification"));
  if (!classification) return fail(ErrorCode::InvalidInput, "'classification' must be IC, OOC or MIXED");
  const auto voice = voice_from(text_at(json, "classification_type"));
  if (!voice)
    return fail(ErrorCode::InvalidInput,
                "'classification_type' must be CHARACTER, DM_NARRATION, NPC_DIALOGUE or OOC_OTHER");
  const auto confidence = number_at(json, "confidence");
  if (!confidence || !(*confidence >= 0 && *confidence <= 1))
    return fail(ErrorCode::InvalidInput, "'confidence' must be between 0 and 1");
  Label label{
      *classification,         *voice, *confidence, text_at(json, "character"), text_at(json, "reasoning"),
      text_at(json, "backend")};
  if (label.backend.empty()) return fail(ErrorCode::InvalidInput, "'backend' must name what made the label");
  return label;
}

std::string labels_jsonl(const std::vector<Label>& labels) {
  std::string text;
  for (const Label& label : labels) text += to_line(to_json(label)) + '\n';
  return text;
}

Result<std::vector<Label>> read_labels(const std::filesystem::path& labels_jsonl) {
  const std::string text = TRY(read_file(labels_jsonl, largest_jsonl));
  std::vector<Label> labels;
  TRY_VOID(each_json_line(text, labels_jsonl.string(), [&](const Json& json, std::size_t number) -> Status {
             Result<Label> label = label_from_json(json);
             if (!label)
               return fail(label.error().code,
                           at_line(labels_jsonl.string(), number) + ": " + label.error().message);
             labels.push_back(std::move(*label));
             return {};
           }).map_error(as_damaged));
  return labels;
}

Json to_json(const std::vector<SpeakerRole>& roles) {
  Json array = Json::array();
  for (const SpeakerRole& role : roles)
    array.push_back({{"speaker_id", role.speaker_id},
                     {"name", role.name},
                     {"role", to_string(role.role)},
                     {"character", character_json(role.character)},
                     {"origin", role.origin == SpeakerRole::Origin::Told ? "told" : "guessed"},
                     {"confidence", json_probability(role.confidence)}});
  return array;
}

Result<std::vector<SpeakerRole>> roles_from_json(const Json& json) {
  const Json* list = &json;
  if (json.is_object() && json.contains("roles")) list = &json["roles"];
  if (!list->is_array()) return fail(ErrorCode::InvalidInput, "a list of speakers is expected");
  std::vector<SpeakerRole> roles;
  for (const Json& entry : *list) {
    SpeakerRole role;
    role.speaker_id = text_at(entry, "speaker_id");
    if (role.speaker_id.empty()) return fail(ErrorCode::InvalidInput, "a speaker without 'speaker_id'");
    role.name = text_at(entry, "name");
    role.role = role_from(upper(text_at(entry, "role"))).value_or(Role::Unknown);
    role.character = text_at(entry, "character");
    role.origin =
        text_at(entry, "origin") == "told" ? SpeakerRole::Origin::Told : SpeakerRole::Origin::Guessed;
    role.confidence = std::clamp(number_at(entry, "confidence").value_or(0), 0.0, 1.0);
    roles.push_back(std::move(role));
  }
  return roles;
}

Result<std::vector<SpeakerRole>> read_roles(const std::filesystem::path& roles_json) {
  const Json json = TRY(read_json_file(roles_json));
  return roles_from_json(json).map_error([&](Error error) {
    error.message = roles_json.string() + ": " + error.message;
    return as_damaged(std::move(error));
  });
}

}  // namespace skald
