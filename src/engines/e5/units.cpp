#include "engines/e5/units.hpp"

#include <cmath>

#include "base/files.hpp"
#include "formats/json.hpp"
#include "platform/worker/units.hpp"

namespace skald::e5 {
namespace {

using classify::Columns;
using classify::Votes;

bool read_row(const Json& json, Columns& columns) {
  if (!json.is_array() || json.size() != columns.size()) return false;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!json[c].is_number()) return false;
    columns[c] = json[c].get<float>();
    if (!std::isfinite(columns[c])) return false;
  }
  return true;
}

// The list under `key` in a finished unit; null where the file is missing, damaged, or not of `count`
// entries.
Json list_of(const std::filesystem::path& file, const char* key, std::size_t count) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return nullptr;
  const auto json = read_json_file(file);
  if (!json || !json->is_object() || !json->contains(key)) return nullptr;
  const Json& list = json->at(key);
  return list.is_array() && list.size() == count ? list : Json(nullptr);
}

}  // namespace

Status write_votes(const std::filesystem::path& folder, std::size_t index, const std::vector<Votes>& votes) {
  Json list = Json::array();
  for (const Votes& v : votes) list.push_back(Json::array({v.own, v.for_next, v.for_previous}));
  return write_file_atomic(unit_file(folder, index), to_line(Json{{"votes", std::move(list)}}));
}

std::optional<std::vector<Votes>> read_votes(const std::filesystem::path& folder, std::size_t index,
                                             std::size_t count) {
  const Json list = list_of(unit_file(folder, index), "votes", count);
  if (list.is_null()) return std::nullopt;
  std::vector<Votes> votes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Json& row = list[i];
    if (!row.is_array() || row.size() != 3 || !read_row(row[0], votes[i].own) ||
        !read_row(row[1], votes[i].for_next) || !read_row(row[2], votes[i].for_previous))
      return std::nullopt;
  }
  return votes;
}

Status write_columns(const std::filesystem::path& folder, std::size_t index,
                     const std::vector<Columns>& rows) {
  return write_file_atomic(unit_file(folder, index), to_line(Json{{"columns", rows}}));
}

std::optional<std::vector<Columns>> read_columns(const std::filesystem::path& folder, std::size_t index,
                                                 std::size_t count) {
  const Json list = list_of(unit_file(folder, index), "columns", count);
  if (list.is_null()) return std::nullopt;
  std::vector<Columns> rows(count);
  for (std::size_t i = 0; i < count; ++i)
    if (!read_row(list[i], rows[i])) return std::nullopt;
  return rows;
}

}  // namespace skald::e5
