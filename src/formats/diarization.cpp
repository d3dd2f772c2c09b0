#include "formats/diarization.hpp"

#include "formats/fields.hpp"

namespace skald {
namespace {

Json turns_to_json(const std::vector<Turn>& turns) {
  Json array = Json::array();
  for (const Turn& turn : turns)
    array.push_back({{"start", json_time(turn.span.start.value)},
                     {"end", json_time(turn.span.end.value)},
                     {"speaker", turn.speaker}});
  return array;
}

Result<std::vector<Turn>> turns_from_json(const Json& json, std::string_view key) {
  std::vector<Turn> turns;
  const auto list = json.find(key);
  if (list == json.end()) return turns;
  if (!list->is_array())
    return fail(ErrorCode::InvalidInput, std::string(key) + ": a list of turns is expected");
  for (const Json& entry : *list) {
    Turn turn;
    turn.span = TRY(span_from_json(entry, key));
    turn.speaker = text_at(entry, "speaker");
    if (turn.speaker.empty())
      return fail(ErrorCode::InvalidInput, std::string(key) + ": a turn without 'speaker'");
    turns.push_back(std::move(turn));
  }
  return turns;
}

Result<std::vector<Span>> optional_spans(const Json& json, std::string_view key) {
  const auto list = json.find(key);
  return list == json.end() ? Result<std::vector<Span>>{} : spans_from_json(*list, key);
}

}  // namespace

Json to_json(const Diarization& diarization) {
  return {{"turns", turns_to_json(diarization.turns)},
          {"exclusive", turns_to_json(diarization.exclusive_turns)},
          {"speech", spans_to_json(diarization.speech)},
          {"overlaps", spans_to_json(diarization.overlaps)}};
}

Result<Diarization> diarization_from_json(const Json& json) {
  if (!json.is_object() || !json.contains("turns"))
    return fail(ErrorCode::InvalidInput, "a list 'turns' is expected");
  Diarization diarization;
  diarization.turns = TRY(turns_from_json(json, "turns"));
  diarization.exclusive_turns = TRY(turns_from_json(json, "exclusive"));
  diarization.speech = TRY(optional_spans(json, "speech"));
  diarization.overlaps = TRY(optional_spans(json, "overlaps"));
  return diarization;
}

Result<Diarization> read_turns(const std::filesystem::path& turns_json) {
  const auto in = [&](Error error) {
    if (error.code != ErrorCode::InvalidInput && error.code != ErrorCode::InvalidConfig) return error;
    if (error.code == ErrorCode::InvalidInput) error.message = turns_json.string() + ": " + error.message;
    return as_damaged(std::move(error));
  };
  const Json json = TRY(read_json_file(turns_json).map_error(in));
  return diarization_from_json(json).map_error(in);
}

}  // namespace skald
