#include "formats/review/edit_json.hpp"

#include "base/names.hpp"
#include "formats/fields.hpp"
#include "formats/session_text.hpp"

namespace skald {
namespace {

using Kind = Edit::Kind;

constexpr Names<Kind, 8> kOps = {{{Kind::Text, "text"},
                                  {Kind::Label, "label"},
                                  {Kind::Character, "character"},
                                  {Kind::Speaker, "speaker"},
                                  {Kind::RenameSpeaker, "rename_speaker"},
                                  {Kind::MergeSpeakers, "merge_speakers"},
                                  {Kind::Split, "split"},
                                  {Kind::Join, "join"}}};
constexpr std::string_view kNewSpeaker = "new";

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::InvalidInput, std::move(message), "docs/formats/api.md shows every edit.");
}

Result<std::string> text_field(const Json& json, std::string_view name) {
  const auto field = json.find(name);
  if (field == json.end() || !field->is_string()) return wrong("'" + std::string(name) + "' must be text");
  return one_line(field->get_ref<const std::string&>());
}

Result<std::vector<SegmentPlace>> segments_field(const Json& json) {
  const auto field = json.find("segments");
  if (field == json.end() || !field->is_array()) return wrong("'segments' must be a list of ids");
  std::vector<SegmentPlace> places;
  for (const Json& id : *field) {
    if (!id.is_string()) return wrong("'segments' must be a list of ids, which are text");
    places.push_back({id.get<std::string>(), {}});
  }
  return places;
}

Status take_label(const Json& json, Edit& edit) {
  edit.classification = classification_from(TRY(text_field(json, "label")));
  if (!edit.classification) return wrong("'label' must be IC, OOC or MIXED");
  if (!json.contains("voice") || json.at("voice").is_null()) return {};
  edit.voice = voice_from(TRY(text_field(json, "voice")));
  if (!edit.voice) return wrong("'voice' must be CHARACTER, DM_NARRATION, NPC_DIALOGUE or OOC_OTHER");
  return {};
}

Status take_word(const Json& json, Edit& edit) {
  const auto field = json.find("word");
  if (field == json.end() || !field->is_number_unsigned())
    return wrong("'word' must be a whole number from 1 on");
  edit.word = field->get<std::size_t>();
  return {};
}

Status take_speaker(const Json& json, Edit& edit) {
  edit.speaker.id = TRY(text_field(json, "speaker"));
  if (edit.speaker.id != kNewSpeaker) return {};
  edit.speaker.id.clear();
  edit.adds_speaker = true;
  return {};
}

Status take_fields(const Json& json, Edit& edit) {
  switch (edit.kind) {
    case Kind::Text:
      edit.segments = {{TRY(text_field(json, "segment")), {}}};
      edit.text = TRY(text_field(json, "text"));
      return {};
    case Kind::Label:
      edit.segments = TRY(segments_field(json));
      return take_label(json, edit);
    case Kind::Character:
      edit.segments = TRY(segments_field(json));
      edit.text = TRY(text_field(json, "character"));
      return {};
    case Kind::Speaker:
      edit.segments = TRY(segments_field(json));
      return take_speaker(json, edit);
    case Kind::RenameSpeaker:
      edit.speaker.id = TRY(text_field(json, "speaker"));
      edit.text = TRY(text_field(json, "name"));
      return {};
    case Kind::MergeSpeakers:
      edit.speaker.id = TRY(text_field(json, "from"));
      edit.into.id = TRY(text_field(json, "into"));
      return {};
    case Kind::Split:
      edit.segments = {{TRY(text_field(json, "segment")), {}}};
      return take_word(json, edit);
    case Kind::Join:
      edit.segments = TRY(segments_field(json));
      return {};
  }
  return {};
}

Result<Kind> kind_of(const Json& json) {
  if (!json.is_object()) return wrong("an edit must be an object");
  const std::string op = text_at(json, "op");
  if (const auto kind = find_value(kOps, op)) return *kind;
  return wrong("'op' must be text, label, character, speaker, rename_speaker, merge_speakers, split or join");
}

Json place_json(const SpeakerPlace& place) {
  return {{"id", place.id}, {"spoke", spans_to_json(place.spoke)}};
}

Result<SpeakerPlace> place_from(const Json& json, std::string_view name) {
  const auto field = json.find(name);
  if (field == json.end() || !field->is_object()) return SpeakerPlace{};
  SpeakerPlace place{text_at(*field, "id"), {}};
  if (field->contains("spoke")) place.spoke = TRY(spans_from_json(field->at("spoke"), "an edit"));
  return place;
}

}  // namespace

std::string_view op_of(const Edit& edit) {
  return find_name(kOps, edit.kind);
}

Result<Edit> edit_from_request(const Json& json) {
  Edit edit;
  edit.kind = TRY(kind_of(json));
  TRY_VOID(take_fields(json, edit));
  return edit;
}

Json edit_as_request(const Edit& edit) {
  Json json = {{"op", op_of(edit)}};
  const bool one = edit.kind == Kind::Text || edit.kind == Kind::Split;
  if (one && !edit.segments.empty()) json["segment"] = edit.segments.front().id;
  if (!one && !edit.segments.empty())
    for (const SegmentPlace& place : edit.segments) json["segments"].push_back(place.id);
  if (edit.classification) json["label"] = to_string(*edit.classification);
  if (edit.voice) json["voice"] = to_string(*edit.voice);
  if (edit.kind == Kind::Text) json["text"] = edit.text;
  if (edit.kind == Kind::Character) json["character"] = edit.text;
  if (edit.kind == Kind::RenameSpeaker) json["name"] = edit.text;
  if (edit.kind == Kind::Speaker || edit.kind == Kind::RenameSpeaker) json["speaker"] = edit.speaker.id;
  if (edit.kind == Kind::MergeSpeakers) json["from"] = edit.speaker.id;
  if (edit.kind == Kind::MergeSpeakers) json["into"] = edit.into.id;
  if (edit.kind == Kind::Split) json["word"] = edit.word;
  return json;
}

Json edit_as_stored(const Edit& edit) {
  Json segments = Json::array();
  for (const SegmentPlace& place : edit.segments)
    segments.push_back({{"id", place.id},
                        {"start", json_time(place.span.start.value)},
                        {"end", json_time(place.span.end.value)}});
  Json json = {{"op", op_of(edit)}, {"at", std::move(segments)}};
  if (!edit.text.empty()) json["text"] = edit.text;
  if (edit.classification) json["label"] = to_string(*edit.classification);
  if (edit.voice) json["voice"] = to_string(*edit.voice);
  if (!edit.speaker.id.empty()) json["speaker"] = place_json(edit.speaker);
  if (!edit.into.id.empty()) json["into"] = place_json(edit.into);
  if (edit.adds_speaker) json["adds"] = true;
  if (edit.kind == Kind::Split) json["word"] = edit.word;
  if (edit.kind == Kind::Split) json["cut"] = json_time(edit.cut.value);
  return json;
}

Result<Edit> edit_from_store(const Json& json) {
  Edit edit;
  edit.kind = TRY(kind_of(json));
  const auto places = json.find("at");
  if (places == json.end() || !places->is_array()) return wrong("an edit without places");
  for (const Json& place : *places)
    edit.segments.push_back({text_at(place, "id"), TRY(span_from_json(place, "an edit"))});
  edit.text = text_at(json, "text");
  edit.classification = classification_from(text_at(json, "label"));
  edit.voice = voice_from(text_at(json, "voice"));
  edit.speaker = TRY(place_from(json, "speaker"));
  edit.into = TRY(place_from(json, "into"));
  edit.adds_speaker = get_or(json, "adds", false);
  edit.word = get_or(json, "word", std::size_t{0});
  edit.cut = {get_or(json, "cut", 0.0)};
  return edit;
}

}  // namespace skald
