// CSV, Audacity labels.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/export/export.hpp"

namespace skald {
namespace {

// Spreadsheets run what begins like a formula, in full-width signs too.
bool like_a_formula(std::string_view text) {
  constexpr std::array<std::string_view, 8> beginnings = {"=",      "+",      "-",      "@",
                                                          "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

// RFC 4180.
std::string cell(std::string_view value) {
  const std::string text = (like_a_formula(value) ? "'" : "") + std::string(value);
  if (text.find_first_of("\",\r\n;\t") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::string to_csv(const std::vector<Segment>& segments) {
  std::string text = "\xEF\xBB\xBFstart,end,speaker,character,label,voice,confidence,language,text\r\n";
  for (const Segment& segment : segments) {
    text += fmt::format("{:.3f},{:.3f},{},", segment.span.start.value, segment.span.end.value,
                        cell(one_line(shown_name(segment))));
    if (segment.label)
      text += fmt::format("{},{},{},{:.4f},", cell(one_line(segment.label->character)),
                          to_string(segment.label->classification), to_string(segment.label->voice),
                          segment.label->confidence);
    else
      text += ",,,,";
    text += cell(one_line(segment.language)) + ',' + cell(one_line(segment.text)) + "\r\n";
  }
  return text;
}

std::string to_audacity(const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& segment : segments)
    text += fmt::format("{:.6f}\t{:.6f}\t{}: {}\n", segment.span.start.value, segment.span.end.value,
                        one_line(shown_name(segment)), one_line(segment.text));
  return text;
}

}  // namespace skald
