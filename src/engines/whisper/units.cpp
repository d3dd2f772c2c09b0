#include "engines/whisper/units.hpp"

#include "base/files.hpp"
#include "formats/transcript.hpp"
#include "platform/worker/units.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

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
    auto chunk = chunk_from_json((*list)[i]);
    if (!chunk) return std::nullopt;
    const Span planned = plans[i].span();
    if (json_time(planned.start.value) != chunk->span.start.value ||
        json_time(planned.end.value) != chunk->span.end.value)
      return std::nullopt;
    out.push_back(std::move(*chunk));
  }
  return out;
}

Status write_words(const fs::path& file, const std::string& model, const std::vector<Chunk>& chunks) {
  return write_file_atomic(file, to_pretty(Json{{"model", model}, {"chunks", chunk_list(chunks)}}));
}

}  // namespace skald::whisper
