#include "formats/truth.hpp"

#include <algorithm>

#include "formats/diarization.hpp"
#include "formats/fields.hpp"
#include "formats/segments.hpp"
#include "formats/transcript.hpp"

namespace skald {
namespace {

// Other names that references use for our fields.
Json with_our_names(Json entry) {
  constexpr std::pair<const char*, const char*> names[] = {{"start", "start_time"},
                                                           {"end", "end_time"},
                                                           {"label", "classification"},
                                                           {"voice", "classification_type"},
                                                           {"lang", "language"}};
  if (!entry.is_object()) return entry;
  for (const auto& [theirs, ours] : names)
    if (entry.contains(theirs) && !entry.contains(ours)) entry[ours] = entry[theirs];
  return entry;
}

// The stretches in which a segment's speaker is heard: without the pauses between words, where their times
// are known.
void add_turns(const Segment& segment, std::vector<Turn>& turns) {
  constexpr Seconds pause{0.25};
  if (segment.speaker_id == kNobody || segment.span.length() <= Seconds{}) return;
  if (segment.words.empty()) {
    turns.push_back({segment.span, segment.speaker_id});
    return;
  }
  Turn turn{segment.words.front().span, segment.speaker_id};
  for (const Word& word : segment.words) {
    if (word.span.start - turn.span.end >= pause) {
      turns.push_back(turn);
      turn.span.start = word.span.start;
    }
    turn.span.end = std::max(turn.span.end, word.span.end);
  }
  turns.push_back(turn);
}

void add_segment(Segment segment, const Json& fields, Truth& truth) {
  add_turns(segment, truth.turns);
  if (get_or(fields, "scored", true))
    truth.segments.push_back(std::move(segment));
  else
    truth.unscored.push_back(segment.span);
}

// `[[start, end]]` or `[{"start", "end"}]`
Status take_spans(const Json& json, const char* key, std::vector<Span>& spans) {
  if (!json.contains(key)) return {};
  if (!json[key].is_array()) return fail(ErrorCode::InvalidInput, std::string(key) + ": a list is expected");
  for (const Json& entry : json[key]) {
    if (entry.is_object())
      spans.push_back(TRY(span_from_json(entry, key)));
    else
      spans.push_back(TRY(spans_from_json(Json::array({entry}), key)).front());
  }
  return {};
}

Result<std::vector<Turn>> turns_in(const Json& list) {
  if (!list.is_array()) return fail(ErrorCode::InvalidInput, "'turns' must be a list");
  std::vector<Turn> turns;
  for (const Json& entry : list) {
    Turn turn{TRY(span_from_json(entry, "turns")), text_at(entry, "speaker")};
    if (turn.speaker.empty()) return fail(ErrorCode::InvalidInput, "turns: a 'speaker' is missing");
    turns.push_back(std::move(turn));
  }
  return turns;
}

// Words of one speaker in a row become a segment.
Result<Truth> words_in(const Json& list) {
  Truth truth;
  for (const Json& entry : list) {
    const Word word = TRY(word_from_json(entry));
    std::string speaker = text_at(entry, "speaker");
    if (speaker.empty()) speaker = kNobody;
    if (truth.segments.empty() || truth.segments.back().speaker_id != speaker) {
      Segment segment;
      segment.span = word.span;
      segment.speaker_id = segment.speaker_name = speaker;
      truth.segments.push_back(std::move(segment));
    }
    Segment& segment = truth.segments.back();
    segment.span.end = std::max(segment.span.end, word.span.end);
    segment.text += (segment.text.empty() || word.text.starts_with(' ') ? "" : " ") + word.text;
    segment.words.push_back(word);
  }
  for (const Segment& segment : truth.segments) add_turns(segment, truth.turns);
  return truth;
}

Result<Truth> chunks_in(const Json& list) {
  Truth truth;
  for (const Json& entry : list) {
    const Chunk chunk = TRY(chunk_from_json(entry));
    Segment segment;
    segment.span = chunk.span;
    segment.speaker_id = segment.speaker_name = kNobody;
    segment.language = chunk.language;
    for (const Word& word : chunk.words) segment.text += word.text;
    segment.words = chunk.words;
    if (!segment.words.empty()) truth.segments.push_back(std::move(segment));
  }
  return truth;
}

Result<Truth> segments_in(const Json& json) {
  Truth truth;
  for (const Json& entry : json["segments"]) {
    const Json fields = with_our_names(entry);
    add_segment(TRY(segment_from_json(fields)), fields, truth);
  }
  if (json.contains("turns")) truth.turns = TRY(turns_in(json["turns"]));
  TRY_VOID(take_spans(json, "unscored", truth.unscored));
  TRY_VOID(take_spans(json, "no_speech", truth.no_speech));
  return truth;
}

Result<Truth> truth_in(const Json& json) {
  const auto is_list = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_array();
  };
  if (json.is_array()) return words_in(json);
  if (is_list("segments")) return segments_in(json);
  if (is_list("chunks")) return chunks_in(json["chunks"]);
  if (is_list("words")) return words_in(json["words"]);
  if (is_list("turns")) {
    Truth truth;
    truth.turns = TRY(turns_in(json["turns"]));
    return truth;
  }
  return fail(ErrorCode::InvalidInput, "a list 'segments', 'chunks', 'words' or 'turns' is expected");
}

}  // namespace

Result<Truth> parse_truth(std::string_view json, std::string_view origin) {
  const auto here = [&](Error error) {
    return Error{ErrorCode::InvalidInput, std::string(origin) + ": " + error.message, error.advice};
  };
  const Json parsed = TRY(parse_outside_json(json, origin));
  return truth_in(parsed).map_error(here);
}

Result<Truth> parse_truth_lines(std::string_view jsonl, std::string_view origin) {
  Truth truth;
  for (SegmentLine& line : TRY(parse_segments(jsonl, origin))) {
    const Json fields = with_our_names(line.fields);
    Segment segment = std::move(line.segment);
    const auto start = number_at(fields, "start_time"), end = number_at(fields, "end_time");
    if (start && end) segment.span = {{*start}, {std::max(*start, *end)}};
    if (segment.language.empty()) segment.language = text_at(fields, "language");
    segment.label = stored_label(fields);
    add_segment(std::move(segment), fields, truth);
  }
  return truth;
}

}  // namespace skald
