#include "formats/rttm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald {
namespace {

// The next field of a line, parted by blanks or tabs; the line is shortened by it.
std::string_view next_field(std::string_view& line) {
  line = trim(line);
  const auto end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(end);
  return field;
}

std::string one_field(std::string_view text, std::string_view otherwise) {
  std::string field(trim(text));
  for (char& c : field)
    if (c == ' ' || (c >= '\t' && c <= '\r')) c = '_';
  return field.empty() ? std::string(otherwise) : field;
}

// Calls take(line, number) for every line that is neither empty nor a comment.
template <typename Take>
Status each_line(std::string_view text, Take take) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find_first_of("\r\n");
    const std::string_view line = trim(text.substr(0, end));
    if (end == std::string_view::npos) {
      text = {};
    } else {
      text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
    if (line.empty() || line.starts_with(';') || line.starts_with('#')) continue;
    TRY_VOID(take(line, number));
  }
  return {};
}

tl::unexpected<Error> line_error(std::string_view origin, std::size_t line, std::string_view what) {
  return fail(ErrorCode::InvalidInput, fmt::format("{}: line {}: {}", origin, line, what));
}

}  // namespace

std::string to_rttm(const std::vector<Turn>& turns, std::string_view recording) {
  std::string text;
  const std::string id = one_field(recording, "recording");
  for (const Turn& turn : turns) {
    // Start and end are rounded, not start and length: neighbours that touch then still do.
    const double start = json_time(turn.span.start.value);
    const double length = std::max(0.0, json_time(turn.span.end.value) - start);
    text += fmt::format("SPEAKER {} 1 {:.3f} {:.3f} <NA> <NA> {} <NA> <NA>\n", id, start, length,
                        one_field(turn.speaker, kNobody));
  }
  return text;
}

Result<std::vector<Turn>> parse_rttm(std::string_view text, std::string_view origin,
                                     std::string_view recording) {
  std::vector<Turn> turns;
  std::optional<std::string> first;
  TRY_VOID(each_line(text, [&](std::string_view line, std::size_t number) -> Status {
    if (ascii_lower(next_field(line)) != "speaker") return {};
    const std::string id(next_field(line));
    next_field(line);  // channel
    const auto start = parse_number(next_field(line));
    const auto length = parse_number(next_field(line));
    next_field(line);  // orthography
    next_field(line);  // subtype
    const std::string_view speaker = next_field(line);
    if (!start || !length) return line_error(origin, number, "start and length must be seconds");
    if (*start < 0 || *length < 0) return line_error(origin, number, "start and length must not be negative");
    if (speaker.empty()) return line_error(origin, number, "8 fields are expected, the last one the speaker");
    if (!recording.empty() && id != recording) return {};
    if (!first) first = id;
    if (*first != id)
      return line_error(origin, number, fmt::format("a second recording, '{}', after '{}'", id, *first));
    turns.push_back({{{*start}, {*start + *length}}, repair_utf8(speaker)});
    return {};
  }));
  std::stable_sort(turns.begin(), turns.end(),
                   [](const Turn& a, const Turn& b) { return a.span.start < b.span.start; });
  return turns;
}

Result<std::vector<StmLine>> parse_stm(std::string_view text, std::string_view origin) {
  std::vector<StmLine> lines;
  TRY_VOID(each_line(text, [&](std::string_view line, std::size_t number) -> Status {
    next_field(line);  // recording
    next_field(line);  // channel
    const std::string_view speaker = next_field(line);
    const auto start = parse_number(next_field(line));
    const auto end = parse_number(next_field(line));
    if (!start || !end || *end < *start) return line_error(origin, number, "start and end must be seconds");
    line = trim(line);
    if (line.starts_with('<') && line.find('>') != std::string_view::npos)  // labels such as <o,f0,male>
      line = trim(line.substr(line.find('>') + 1));
    if (line == "ignore_time_segment_in_scoring") return {};
    lines.push_back({{{*start}, {*end}}, repair_utf8(speaker), repair_utf8(line)});
    return {};
  }));
  return lines;
}

}  // namespace skald
