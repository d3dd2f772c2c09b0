#include "formats/review/review_json.hpp"

#include <map>

#include "base/names.hpp"
#include "domain/review/words.hpp"
#include "formats/fields.hpp"
#include "formats/review/edit_json.hpp"

namespace skald {
namespace {

constexpr Names<Corrected, 5> kFields = {{{Corrected::Text, "text"},
                                          {Corrected::Label, "label"},
                                          {Corrected::Character, "character"},
                                          {Corrected::Speaker, "speaker"},
                                          {Corrected::Cut, "cut"}}};

Json speaker_json(const SpeakerRole& speaker) {
  return {{"id", speaker.speaker_id},
          {"name", speaker.name.empty() ? speaker.speaker_id : speaker.name},
          {"character", speaker.character},
          {"role", to_string(speaker.role)}};
}

}  // namespace

Json to_json(const ReviewedSegment& reviewed) {
  const Segment& segment = reviewed.segment;
  Json words = Json::array();
  for (const Word& word : words_of(segment))
    words.push_back({{"text", word.text},
                     {"start", json_time(word.span.start.value)},
                     {"end", json_time(word.span.end.value)}});
  Json json = {{"id", reviewed.id},
               {"start", json_time(segment.span.start.value)},
               {"end", json_time(segment.span.end.value)},
               {"speaker", segment.speaker_id},
               {"text", segment.text},
               {"words", std::move(words)},
               {"label", nullptr},
               {"voice", nullptr},
               {"character", ""},
               {"confidence", nullptr},
               {"backend", nullptr},
               {"edited", Json::array()}};
  if (segment.label) {
    json["label"] = to_string(segment.label->classification);
    json["voice"] = to_string(segment.label->voice);
    json["character"] = segment.label->character;
    json["confidence"] = json_probability(segment.label->confidence);
    json["backend"] = segment.label->backend;
  }
  for (const auto& [field, name] : kFields)
    if (has(reviewed.corrected, field)) json["edited"].push_back(name);
  return json;
}

Json speakers_json(const ReviewedTranscript& transcript) {
  std::map<std::string, std::pair<std::size_t, double>> spoke;
  for (const ReviewedSegment& s : transcript.segments) {
    auto& [segments, seconds] = spoke[s.segment.speaker_id];
    ++segments;
    seconds += s.segment.span.length().value;
  }
  Json list = Json::array();
  const auto add = [&](const SpeakerRole& speaker) {
    const auto& [segments, seconds] = spoke[speaker.speaker_id];
    Json json = speaker_json(speaker);
    json["segments"] = segments;
    json["seconds"] = json_time(seconds);
    list.push_back(std::move(json));
  };
  for (const SpeakerRole& speaker : transcript.speakers) add(speaker);
  SpeakerRole nobody;
  nobody.speaker_id = kNobody;
  if (spoke.contains(nobody.speaker_id)) add(nobody);
  return list;
}

Json to_json(const std::vector<Unattached>& unattached) {
  Json list = Json::array();
  for (const Unattached& one : unattached) {
    Json json = {{"revision", one.revision}, {"op", op_of(one.edit)}, {"reason", one.reason}};
    if (!one.lost.empty()) {
      json["start"] = json_time(one.lost.front().span.start.value);
      json["end"] = json_time(one.lost.back().span.end.value);
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace skald
