#include "engines/whisper/units.hpp"

#include <cmath>
#include <cstdio>

#include "base/files.hpp"
#include "formats/json.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

fs::path unit_file(const fs::path& folder, std::size_t index) {
  char name[32];
  std::snprintf(name, sizeof name, "unit_%06zu.json", index);
  return folder / name;
}

double rounded(double value) {
  return std::round(value * 10000) / 10000;
}

Json to_json(const Chunk& chunk) {
  Json words = Json::array();
  for (const Word& w : chunk.words)
    words.push_back({{"word", w.text},
                     {"start", json_time(w.span.start.value)},
                     {"end", json_time(w.span.end.value)},
                     {"probability", rounded(w.probability)}});
  return {{"start", json_time(chunk.span.start.value)},
          {"end", json_time(chunk.span.end.value)},
          {"language", chunk.language},
          {"language_probability", rounded(chunk.language_probability)},
          {"no_speech_probability", rounded(chunk.no_speech_probability)},
          {"average_log_probability", rounded(chunk.average_log_probability)},
          {"temperature", rounded(chunk.temperature)},
          {"words", std::move(words)}};
}

Span span_of(const Json& json) {
  return {{get_or(json, "start", 0.0)}, {get_or(json, "end", 0.0)}};
}

Chunk from_json(const Json& json) {
  Chunk chunk{span_of(json),
              get_or(json, "language", std::string()),
              get_or(json, "language_probability", 0.0),
              get_or(json, "no_speech_probability", 0.0),
              get_or(json, "average_log_probability", 0.0),
              get_or(json, "temperature", 0.0),
              {}};
  if (const auto words = json.find("words"); words != json.end() && words->is_array())
    for (const Json& w : *words)
      chunk.words.push_back({span_of(w), get_or(w, "word", std::string()), get_or(w, "probability", 0.0)});
  return chunk;
}

Json chunk_list(const std::vector<Chunk>& chunks) {
  Json list = Json::array();
  for (const Chunk& chunk : chunks) list.push_back(to_json(chunk));
  return list;
}

}  // namespace

Status write_unit(const fs::path& folder, std::size_t index, const std::vector<Chunk>& chunks) {
  return write_file_atomic(unit_file(folder, index), to_line(Json{{"chunks", chunk_list(chunks)}}) + '\n');
}

std::optional<std::vector<Chunk>> read_unit(const fs::path& folder, std::size_t index,
                                            std::span<const ChunkPlan> plans) {
  const fs::path file = unit_file(folder, index);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  const auto json = read_json_file(file);
  if (!json || !json->is_object()) return std::nullopt;
  const auto list = json->find("chunks");
  if (list == json->end() || !list->is_array() || list->size() != plans.size()) return std::nullopt;
  std::vector<Chunk> out;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    out.push_back(from_json((*list)[i]));
    const Span planned = plans[i].span();
    if (json_time(planned.start.value) != out[i].span.start.value ||
        json_time(planned.end.value) != out[i].span.end.value)
      return std::nullopt;
  }
  return out;
}

Status write_words(const fs::path& file, const std::string& model, const std::vector<Chunk>& chunks) {
  return write_file_atomic(file, to_pretty(Json{{"model", model}, {"chunks", chunk_list(chunks)}}));
}

}  // namespace skald::whisper
