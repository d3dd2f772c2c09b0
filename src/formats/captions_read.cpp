// Reading SRT and WebVTT, whoever wrote them.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "formats/captions.hpp"
#include "formats/fields.hpp"
#include "formats/session_text.hpp"

namespace skald {
namespace {

// "HH:MM:SS,mmm", "MM:SS.mmm" or seconds.
std::optional<double> parse_clock(std::string_view text) {
  double seconds = 0;
  const std::vector<std::string> parts = split(trim(text), ':');
  if (parts.size() > 3) return std::nullopt;
  for (const std::string& part : parts) {
    const auto value = parse_number(part);
    if (!value || *value < 0 || part.find_first_of("+-eE") != std::string::npos) return std::nullopt;
    seconds = seconds * 60 + *value;
  }
  return seconds;
}

// "start --> end settings"
std::optional<Span> parse_times(std::string_view line) {
  const auto arrow = line.find("-->");
  if (arrow == std::string_view::npos) return std::nullopt;
  const std::string_view behind = trim(line.substr(arrow + 3));
  const auto start = parse_clock(line.substr(0, arrow));
  const auto end = parse_clock(behind.substr(0, behind.find_first_of(" \t")));
  if (!start || !end) return std::nullopt;
  return Span{{*start}, {std::max(*start, *end)}};
}

std::string unescape(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> entities = {{{"&lt;", "<"},
                                                                                      {"&gt;", ">"},
                                                                                      {"&nbsp;", " "},
                                                                                      {"&quot;", "\""},
                                                                                      {"&lrm;", ""},
                                                                                      {"&rlm;", ""},
                                                                                      {"&amp;", "&"}}};
  std::string result;
  while (!text.empty()) {
    bool replaced = false;
    for (const auto& [entity, meant] : entities) {
      if (!text.starts_with(entity)) continue;
      result += meant;
      text.remove_prefix(entity.size());
      replaced = true;
      break;
    }
    if (replaced) continue;
    result += text.front();
    text.remove_prefix(1);
  }
  return result;
}

// Takes tags such as <i> away; a tag <v Name> names the speaker. "<" without a letter or "/" behind is text.
std::string without_tags(std::string_view text, std::string& speaker) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    const auto close = text.find('>', i);
    const bool tag = text[i] == '<' && close != std::string_view::npos &&
                     (next == '/' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                      (next >= '0' && next <= '9'));
    if (!tag) {
      result += text[i];
      continue;
    }
    const std::string_view inside = text.substr(i + 1, close - i - 1);
    if (const auto blank = inside.find_first_of(" \t");
        blank != std::string_view::npos && (inside.starts_with("v ") || inside.starts_with("v.")))
      speaker = unescape(trim(inside.substr(blank)));
    i = close;
  }
  return result;
}

// "[name] text"
void take_name(Cue& cue) {
  const auto close = cue.text.find(']');
  if (!cue.text.starts_with('[') || close == std::string::npos) return;
  cue.speaker = trim(std::string_view(cue.text).substr(1, close - 1));
  cue.text = trim(std::string_view(cue.text).substr(close + 1));
}

enum class Flavour { Srt, Vtt };

struct Lines {
  explicit Lines(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (std::string& line : split(text, '\n')) {
      if (line.ends_with('\r')) line.pop_back();
      lines.push_back(std::move(line));
    }
  }
  std::vector<std::string> lines;
};

bool is_blank(std::string_view line) {
  return trim(line).empty();
}

Result<std::vector<Cue>> parse(std::string_view text, std::string_view origin, Flavour flavour) {
  const std::vector<std::string> lines = Lines(text).lines;
  std::vector<Cue> cues;
  std::size_t i = 0;
  while (i < lines.size()) {
    if (is_blank(lines[i])) {
      ++i;
      continue;
    }
    // A block: up to the next blank line. Its times stand in the first or second line.
    std::size_t times_at = i;
    if (lines[i].find("-->") == std::string::npos && i + 1 < lines.size()) times_at = i + 1;
    if (lines[times_at].find("-->") == std::string::npos) {
      const bool allowed =
          flavour == Flavour::Vtt && (i == 0 || lines[i].starts_with("NOTE") ||
                                      lines[i].starts_with("STYLE") || lines[i].starts_with("REGION"));
      if (!allowed)
        return fail(ErrorCode::InvalidInput,
                    fmt::format("{}: line {}: 'start --> end' is expected", origin, times_at + 1));
      while (i < lines.size() && !is_blank(lines[i])) ++i;
      continue;
    }
    const auto times = parse_times(lines[times_at]);
    if (!times)
      return fail(ErrorCode::InvalidInput,
                  fmt::format("{}: line {}: these are no times", origin, times_at + 1));
    Cue cue{*times, {}, {}};
    std::string body;
    for (i = times_at + 1; i < lines.size() && !is_blank(lines[i]); ++i) body += lines[i] + ' ';
    body = without_tags(body, cue.speaker);
    if (flavour == Flavour::Vtt) body = unescape(body);
    cue.text = one_line(repair_utf8(body));
    cue.speaker = one_line(repair_utf8(cue.speaker));
    if (cue.speaker.empty()) take_name(cue);
    if (!cue.text.empty()) cues.push_back(std::move(cue));
  }
  return cues;
}

}  // namespace

Result<std::vector<Cue>> parse_srt(std::string_view text, std::string_view origin) {
  return parse(text, origin, Flavour::Srt);
}

Result<std::vector<Cue>> parse_vtt(std::string_view text, std::string_view origin) {
  return parse(text, origin, Flavour::Vtt);
}

}  // namespace skald
