#include "formats/session_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "domain/unicode.hpp"
#include "formats/fields.hpp"
#include "formats/results.hpp"

namespace skald {
namespace {

// "[01:02:03] rest" or "[02:03] rest": the time, and the rest; nothing for other lines.
std::optional<double> take_clock(std::string_view& line) {
  const auto close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) return std::nullopt;
  double seconds = 0;
  const std::vector<std::string> parts = split(line.substr(1, close - 1), ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  for (const std::string& part : parts) {
    const auto value = parse_number(part);
    if (!value || *value < 0) return std::nullopt;
    seconds = seconds * 60 + *value;
  }
  line = trim(line.substr(close + 1));
  return seconds;
}

// "Name as Character (IC)": taken apart from the end.
void take_apart(std::string_view head, TextLine& line) {
  head = trim(head);
  if (head.ends_with(')')) {
    const auto open = head.rfind('(');
    if (open != std::string_view::npos) {
      line.classification = classification_from(head.substr(open + 1, head.size() - open - 2));
      if (line.classification) head = trim(head.substr(0, open));
    }
  }
  if (const auto as = head.find(" as "); line.classification && as != std::string_view::npos) {
    line.character = trim(head.substr(as + 4));
    head = head.substr(0, as);
  }
  line.speaker = trim(head);
}

}  // namespace

bool shows(View view, const Segment& segment) {
  if (view == View::Full) return true;
  if (!segment.label) return false;
  const Classification other = view == View::InCharacter ? Classification::OOC : Classification::IC;
  return segment.label->classification != other;
}

std::string name_in(View view, const Segment& segment) {
  if (view == View::InCharacter && segment.label && !segment.label->character.empty())
    return one_line(segment.label->character);
  return one_line(shown_name(segment));
}

std::string to_text(View view, const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& segment : segments) {
    if (!shows(view, segment)) continue;
    text += '[' + clock_time(segment.span.start) + "] " + name_in(view, segment);
    if (view == View::Full && segment.label) {
      if (!segment.label->character.empty()) text += " as " + one_line(segment.label->character);
      text += fmt::format(" ({})", to_string(segment.label->classification));
    }
    text += ": " + one_line(segment.text) + '\n';
  }
  return text;
}

Result<std::vector<TextLine>> parse_text(std::string_view text, std::string_view origin) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<TextLine> lines;
  std::size_t number = 0;
  for (const std::string& raw : split(text, '\n')) {
    ++number;
    const std::string repaired = repair_utf8(raw);
    std::string_view line = trim(repaired);
    if (line.empty()) continue;
    const auto time = take_clock(line);
    if (!time && lines.empty())
      return fail(ErrorCode::InvalidInput,
                  fmt::format("{}: line {}: '[HH:MM:SS] Name: text' is expected", origin, number));
    if (!time) {
      lines.back().text += ' ' + std::string(line);
      continue;
    }
    TextLine entry;
    entry.span = {{*time}, {*time}};
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos) take_apart(line.substr(0, colon), entry);
    entry.text = colon == std::string_view::npos ? line : line.substr(colon + 2);
    if (!lines.empty()) lines.back().span.end = std::max(lines.back().span.start, entry.span.start);
    lines.push_back(std::move(entry));
  }
  return lines;
}

std::string clock_time(Seconds time) {
  constexpr double most = 3.6e9;  // of times from outside: a million hours
  const auto seconds = static_cast<long long>(std::floor(std::clamp(time.value, 0.0, most)));
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string one_line(std::string_view text) {
  std::u32string line;
  bool gap = false;
  for (const char32_t point : decode_utf8(text)) {
    if (is_space(point) || point < 0x20 || (point >= 0x7F && point < 0xA0)) {
      gap = true;
      continue;
    }
    if (gap && !line.empty()) line += U' ';
    gap = false;
    line += point;
  }
  return encode_utf8(line);
}

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return escaped;
}

}  // namespace skald
