#include "engines/e5/units.hpp"

#include <cmath>

#include "base/files.hpp"
#include "formats/json.hpp"
#include "platform/worker/units.hpp"

namespace skald::e5 {
namespace {

using classify::Columns;
using classify::Votes;

bool read_columns(const Json& json, Columns& columns) {
  if (!json.is_array() || json.size() != columns.size()) return false;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!json[c].is_number()) return false;
    columns[c] = json[c].get<float>();
    if (!std::isfinite(columns[c])) return false;
  }
  return true;
}

}  // namespace

Status write_votes(const std::filesystem::path& folder, std::size_t index, const std::vector<Votes>& votes) {
  Json list = Json::array();
  for (const Votes& v : votes) list.push_back(Json::array({v.own, v.for_next, v.for_previous}));
  return write_file_atomic(unit_file(folder, index), to_line(Json{{"votes", std::move(list)}}));
}

std::optional<std::vector<Votes>> read_votes(const std::filesystem::path& folder, std::size_t index,
                                             std::size_t count) {
  std::error_code error;
  if (!std::filesystem::exists(unit_file(folder, index), error)) return std::nullopt;
  const auto json = read_json_file(unit_file(folder, index));
  if (!json || !json->is_object() || !json->contains("votes")) return std::nullopt;
  const Json& list = json->at("votes");
  if (!list.is_array() || list.size() != count) return std::nullopt;
  std::vector<Votes> votes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Json& row = list[i];
    if (!row.is_array() || row.size() != 3 || !read_columns(row[0], votes[i].own) ||
        !read_columns(row[1], votes[i].for_next) || !read_columns(row[2], votes[i].for_previous))
      return std::nullopt;
  }
  return votes;
}

}  // namespace skald::e5
