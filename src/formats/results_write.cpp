#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "domain/unicode.hpp"
#include "formats/captions.hpp"
#include "formats/fields.hpp"
#include "formats/party.hpp"
#include "formats/results.hpp"
#include "formats/rttm.hpp"
#include "formats/segments.hpp"
#include "formats/session_text.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr int schema = 1;

double percent(double part, double whole) {
  return whole > 0 ? std::round(part / whole * 10000) / 100 : 0;
}

// Segments and seconds of something: a label, a speaker, a character.
struct Share {
  std::size_t segments = 0;
  std::size_t words = 0;
  double seconds = 0;

  void add(const Segment& segment) {
    ++segments;
    words += segment.words.size();
    seconds += segment.span.length().value;
  }
  Json json() const { return {{"segments", segments}, {"words", words}, {"seconds", json_time(seconds)}}; }
};

// Skald promises: no label without the backend that made it, none invented.
Status check(const SessionResult& result) {
  if (result.was_skipped("classification")) return {};
  for (std::size_t i = 0; i < result.segments.size(); ++i) {
    const auto& label = result.segments[i].label;
    const auto wrong = [&](std::string_view what) {
      return fail(ErrorCode::Internal, fmt::format("segment {} has no {}", i + 1, what));
    };
    if (!label) return wrong("classification");
    if (label->backend.empty()) return wrong("backend to its classification");
    if (!(label->confidence >= 0 && label->confidence <= 1)) return wrong("confidence between 0 and 1");
  }
  return {};
}

}  // namespace

std::vector<Segment> shown_segments(const SessionResult& result) {
  std::vector<Segment> segments = result.segments;
  for (Segment& segment : segments) {
    if (result.was_skipped("classification")) segment.label.reset();
    if (result.was_skipped("diarization") || segment.speaker_id.empty()) {
      segment.speaker_id = kNobody;
      segment.speaker_name = kNobody;
    }
    segment.speaker_name = shown_name(segment);
  }
  return segments;
}

namespace {

Json names_json(const std::vector<std::string>& names) {
  return Json(names);
}

Json statistics(const SessionResult& result, const std::vector<Segment>& segments) {
  Share all;
  std::map<Classification, Share> labels;
  std::map<std::string, Share> speakers, characters;
  for (const Segment& segment : segments) {
    all.add(segment);
    speakers[segment.speaker_name].add(segment);
    if (!segment.label) continue;
    labels[segment.label->classification].add(segment);
    if (!segment.label->character.empty()) characters[segment.label->character].add(segment);
  }
  Json json = {{"total_segments", all.segments},
               {"total_words", all.words},
               {"total_duration_seconds", json_time(result.duration.value)},
               {"speech_seconds", json_time(all.seconds)}};
  if (!result.was_skipped("classification")) {
    for (const auto& [label, key] : {std::pair{Classification::IC, "ic"},
                                     {Classification::OOC, "ooc"},
                                     {Classification::MIXED, "mixed"}}) {
      json[fmt::format("{}_count", key)] = labels[label].segments;
      json[fmt::format("{}_seconds", key)] = json_time(labels[label].seconds);
    }
    json["ic_percentage"] =
        percent(static_cast<double>(labels[Classification::IC].segments), static_cast<double>(all.segments));
  }
  json["speakers"] = Json::object();
  for (const auto& [name, share] : speakers) json["speakers"][name] = share.json();
  json["characters"] = Json::object();
  for (const auto& [name, share] : characters) json["characters"][name] = share.json();
  return json;
}

Json metadata(const SessionResult& result, const std::vector<Segment>& segments) {
  std::vector<std::string> characters, players;
  if (result.party) {
    for (const Character& c : result.party->characters) {
      characters.push_back(c.name);
      if (!c.player.empty() && std::find(players.begin(), players.end(), c.player) == players.end())
        players.push_back(c.player);
    }
  }
  const std::string campaign =
      result.campaign_name.empty() && result.party ? result.party->campaign : result.campaign_name;
  Json models = Json::array();
  for (const ModelUse& use : result.models)
    models.push_back({{"stage", use.stage}, {"name", use.name}, {"version", use.version}});
  return {{"schema", schema},
          {"session_id", result.session_id},
          {"campaign_id", result.campaign_id},
          {"campaign_name", campaign},
          {"party_id", result.party ? result.party->id : std::string{}},
          {"input_file", result.input_file},
          {"character_names", names_json(characters)},
          {"player_names", names_json(players)},
          {"duration", json_time(result.duration.value)},
          {"timestamp", result.timestamp},
          {"version", result.version},
          {"models", std::move(models)},
          {"skipped", names_json(result.skipped)},
          {"statistics", statistics(result, segments)}};
}

}  // namespace

std::string data_json(const SessionResult& result, const std::vector<Segment>& segments) {
  Json fallbacks = Json::array();
  for (const Fallback& f : result.fallbacks)
    fallbacks.push_back({{"stage", f.stage}, {"wanted", f.wanted}, {"used", f.used}, {"reason", f.reason}});
  Json list = Json::array();
  for (const Segment& segment : segments) list.push_back(to_json(segment));
  return to_pretty({{"metadata", metadata(result, segments)},
                    {"party", result.party ? to_json(*result.party) : Json(nullptr)},
                    {"speakers", to_json(result.roles)},
                    {"fallbacks", std::move(fallbacks)},
                    {"segments", std::move(list)}});
}

namespace {

std::string classified_json(const SessionResult& result, const std::vector<Segment>& segments) {
  std::map<Classification, std::size_t> counts;
  Json list = Json::array();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    ++counts[segment.label->classification];
    Json entry = {{"segment_index", i},
                  {"text", segment.text},
                  {"start_time", json_time(segment.span.start.value)},
                  {"end_time", json_time(segment.span.end.value)},
                  {"speaker", segment.speaker_name},
                  {"speaker_id", segment.speaker_id}};
    entry.update(to_json(*segment.label));
    entry["language"] = segment.language;
    entry["overlap"] = segment.overlap == Overlap::Yes;
    list.push_back(std::move(entry));
  }
  return to_pretty({{"metadata",
                     {{"session_id", result.session_id},
                      {"stage", "classification"},
                      {"timestamp", result.timestamp},
                      {"version", result.version},
                      {"input_file", result.input_file}}},
                    {"segments", std::move(list)},
                    {"statistics",
                     {{"total_segments", segments.size()},
                      {"ic_count", counts[Classification::IC]},
                      {"ooc_count", counts[Classification::OOC]},
                      {"mixed_count", counts[Classification::MIXED]},
                      {"ic_percentage", percent(static_cast<double>(counts[Classification::IC]),
                                                static_cast<double>(segments.size()))}}}});
}

}  // namespace

bool SessionResult::was_skipped(std::string_view stage) const {
  return std::find(skipped.begin(), skipped.end(), stage) != skipped.end();
}

std::string shown_name(const Segment& segment) {
  if (!segment.speaker_name.empty()) return segment.speaker_name;
  return segment.speaker_id.empty() ? std::string(kNobody) : segment.speaker_id;
}

std::string safe_session_id(std::string_view session_id) {
  constexpr std::size_t most_characters = 100;
  constexpr std::size_t most_bytes = 180;  // of the 255 that a file name may have
  std::u32string safe;
  for (const char32_t point : decode_utf8(to_nfc(session_id))) {
    if (is_space(point) || point == U'/' || point == U':')
      safe += U'_';
    else if (is_word_character(point) || point == U'-')
      safe += point;
  }
  if (safe.empty()) return "session";
  std::string id = to_nfc(encode_utf8(safe));  // marks may now stand behind another letter than before
  safe = decode_utf8(id);
  if (safe.size() <= most_characters && id.size() <= most_bytes) return id;
  const std::string mark = '-' + sha256(id).substr(0, 8);
  safe.resize(std::min(safe.size(), most_characters - mark.size()));
  while (encode_utf8(safe).size() + mark.size() > most_bytes) safe.pop_back();
  return encode_utf8(safe) + mark;
}

Status write_results(const SessionResult& result, const fs::path& dir) {
  TRY_VOID(check(result));
  TRY_VOID(make_directories(dir));
  const std::vector<Segment> segments = shown_segments(result);
  const std::string id = safe_session_id(result.session_id);
  const auto write = [&](std::string_view rest, const std::string& content) {
    return write_file_atomic(dir / (id + std::string(rest)), content);
  };
  TRY_VOID(write("_full.txt", to_text(View::Full, segments)));
  const std::vector<Cue> cues = cues_of(View::Full, segments);
  TRY_VOID(write("_full.srt", to_srt(cues)));
  TRY_VOID(write(".vtt", to_vtt(cues)));
  if (!result.was_skipped("classification")) {
    TRY_VOID(write("_ic_only.txt", to_text(View::InCharacter, segments)));
    TRY_VOID(write("_ooc_only.txt", to_text(View::OutOfCharacter, segments)));
    TRY_VOID(write("_ic_only.srt", to_srt(cues_of(View::InCharacter, segments))));
    TRY_VOID(write("_ooc_only.srt", to_srt(cues_of(View::OutOfCharacter, segments))));
    TRY_VOID(write("_classified.json", classified_json(result, segments)));
  }
  if (!result.was_skipped("diarization")) TRY_VOID(write(".rttm", to_rttm(result.diarization.turns, id)));
  return write("_data.json", data_json(result, segments));
}

std::string snippet_name(std::size_t number, std::string_view speaker) {
  return fmt::format("segment_{:04}_{}.wav", number, safe_session_id(speaker.empty() ? kNobody : speaker));
}

Status write_snippets_manifest(const SessionResult& result, const fs::path& segments_folder) {
  const std::vector<Segment> segments = shown_segments(result);
  Json list = Json::array();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    Json entry = {{"id", i + 1},
                  {"file", snippet_name(i + 1, segment.speaker_name)},
                  {"speaker", segment.speaker_name},
                  {"start", json_time(segment.span.start.value)},
                  {"end", json_time(segment.span.end.value)},
                  {"text", segment.text}};
    if (segment.label) {
      entry["classification"] = to_string(segment.label->classification);
      entry["character"] = segment.label->character;
    }
    list.push_back(std::move(entry));
  }
  TRY_VOID(make_directories(segments_folder));
  return write_file_atomic(segments_folder / "manifest.json",
                           to_pretty({{"session_id", result.session_id}, {"segments", std::move(list)}}));
}

}  // namespace skald
