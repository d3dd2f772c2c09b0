#include "formats/export/openai.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "domain/assign.hpp"
#include "domain/unicode.hpp"
#include "formats/captions.hpp"

namespace skald {
namespace {

struct NamedFormat {
  std::string_view name;
  OpenAiFormat format;
};

constexpr std::array kOpenAiFormats = {
    NamedFormat{"json", OpenAiFormat::TextJson}, NamedFormat{"text", OpenAiFormat::Text},
    NamedFormat{"srt", OpenAiFormat::Srt},       NamedFormat{"verbose_json", OpenAiFormat::VerboseJson},
    NamedFormat{"vtt", OpenAiFormat::Vtt},       NamedFormat{"diarized_json", OpenAiFormat::DiarizedJson},
};

constexpr double kFramesPerSecond = 100;  // of `seek`

std::string whole_text(const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& segment : segments) text += (text.empty() ? "" : " ") + segment.text;
  return text;
}

// How many times shorter the text becomes: Whisper's own measure of loops.
double compression_ratio(const std::string& text) {
  if (text.empty()) return 0;
  uLongf size = ::compressBound(text.size());
  std::vector<Bytef> packed(size);
  if (::compress(packed.data(), &size, reinterpret_cast<const Bytef*>(text.data()), text.size()) != Z_OK)
    return 0;
  return static_cast<double>(text.size()) / static_cast<double>(size);
}

// The piece of speech that was recognised at once and holds the segment's beginning.
const Chunk& chunk_of(const Segment& segment, const std::vector<Chunk>& chunks) {
  const auto after = std::find_if(chunks.begin(), chunks.end(), [&](const Chunk& chunk) {
    return chunk.span.end.value > segment.span.start.value;
  });
  return after == chunks.end() ? chunks.back() : *after;
}

Json verbose_segments(const std::vector<Segment>& segments, const std::vector<Chunk>& chunks) {
  Json list = Json::array();
  for (const Segment& segment : segments) {
    const Chunk& chunk = chunk_of(segment, chunks);
    list.push_back({{"id", list.size()},
                    {"seek", static_cast<std::int64_t>(chunk.span.start.value * kFramesPerSecond)},
                    {"start", json_time(segment.span.start.value)},
                    {"end", json_time(segment.span.end.value)},
                    {"text", segment.text},
                    {"tokens", Json::array()},  // are not kept
                    {"temperature", chunk.temperature},
                    {"avg_logprob", chunk.average_log_probability},
                    {"compression_ratio", compression_ratio(segment.text)},
                    {"no_speech_prob", chunk.no_speech_probability}});
  }
  return list;
}

Json all_words(const std::vector<Chunk>& chunks) {
  Json list = Json::array();
  for (const Chunk& chunk : chunks)
    for (const Word& word : chunk.words)
      list.push_back({{"word", one_line(word.text)},
                      {"start", json_time(word.span.start.value)},
                      {"end", json_time(word.span.end.value)}});
  return list;
}

// That in which most is spoken.
std::string main_language(const std::vector<Chunk>& chunks) {
  std::map<std::string, double> seconds;
  for (const Chunk& chunk : chunks)
    if (!chunk.words.empty()) seconds[chunk.language] += chunk.span.length().value;
  const auto most = std::max_element(seconds.begin(), seconds.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == seconds.end() ? "unknown" : language_name(most->first);
}

// A to Z, then AA, AB and so on.
std::string letters_of(std::size_t number) {
  std::string name;
  for (++number; number > 0; number = (number - 1) / 26)
    name.insert(name.begin(), static_cast<char>('A' + (number - 1) % 26));
  return name;
}

Json diarized_segments(const std::vector<Segment>& segments) {
  std::map<std::string, std::string> names;
  Json list = Json::array();
  for (const Segment& segment : segments) {
    if (!names.contains(segment.speaker_id)) names.emplace(segment.speaker_id, letters_of(names.size()));
    list.push_back({{"type", "transcript.text.segment"},
                    {"id", "seg_" + std::to_string(list.size())},
                    {"start", json_time(segment.span.start.value)},
                    {"end", json_time(segment.span.end.value)},
                    {"text", segment.text},
                    {"speaker", names.at(segment.speaker_id)}});
  }
  return list;
}

ExportedFile plain(std::string text) {
  return {{}, "text/plain; charset=utf-8", std::move(text)};
}

ExportedFile as_json(const Json& json) {
  return {{}, "application/json", to_line(json) + '\n'};
}

}  // namespace

std::optional<OpenAiFormat> openai_format_from(std::string_view name) {
  for (const NamedFormat& known : kOpenAiFormats)
    if (known.name == name) return known.format;
  return std::nullopt;
}

std::string openai_format_names() {
  std::string names;
  for (const NamedFormat& known : kOpenAiFormats)
    names += (names.empty() ? "" : ", ") + std::string(known.name);
  return names;
}

ExportedFile openai_transcription(const Transcript& transcript, const OpenAiChoice& choice) {
  const std::vector<Segment> segments = assign(transcript.chunks, transcript.diarization);
  const std::string text = whole_text(segments);
  std::vector<Cue> cues;
  for (const Segment& segment : segments)
    for (Cue& cue : make_cues(segment, "")) cues.push_back(std::move(cue));
  const double seconds = json_time(transcript.duration.value);
  Json json = {{"text", text}, {"usage", {{"type", "duration"}, {"seconds", seconds}}}};
  switch (choice.format) {
    case OpenAiFormat::Text:
      return plain(text + '\n');
    case OpenAiFormat::Srt:
      return plain(to_srt(readable(std::move(cues))));
    case OpenAiFormat::Vtt:
      return plain(to_vtt(readable(std::move(cues))));
    case OpenAiFormat::TextJson:
      return as_json(json);
    case OpenAiFormat::VerboseJson:
      json["task"] = "transcribe";
      json["language"] = main_language(transcript.chunks);
      json["duration"] = seconds;
      if (choice.segments) json["segments"] = verbose_segments(segments, transcript.chunks);
      if (choice.words) json["words"] = all_words(transcript.chunks);
      return as_json(json);
    case OpenAiFormat::DiarizedJson:
      break;
  }
  json["task"] = "transcribe";
  json["duration"] = seconds;
  json["segments"] = diarized_segments(segments);
  return as_json(json);
}

}  // namespace skald
