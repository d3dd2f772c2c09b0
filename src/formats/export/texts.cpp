// Markdown, ASS subtitles.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/captions.hpp"
#include "formats/export/export.hpp"

namespace skald {
namespace {

// Every sign that means something inside a line of Markdown, and the ones that begin HTML.
std::string escape_markdown(std::string_view text) {
  constexpr std::string_view signs = "\\`*_{}[]<>#|~&!$";
  std::string escaped;
  for (const char c : text) {
    if (signs.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Braces begin commands and a backslash may begin a line break, which nobody says.
std::string escape_ass(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '{')
      escaped += "\uFF5B";
    else if (c == '}')
      escaped += "\uFF5D";
    else if (c == '\\')
      escaped += "\\\u2060";
    else
      escaped += c;
  }
  return escaped;
}

std::string ass_clock(Seconds time) {
  constexpr double most = 3.6e9;  // of times from outside: a million hours
  const auto hundredths = std::llround(std::clamp(time.value, 0.0, most) * 100);
  return fmt::format("{}:{:02}:{:02}.{:02}", hundredths / 360000, hundredths / 6000 % 60,
                     hundredths / 100 % 60, hundredths % 100);
}

constexpr std::string_view kAssHead =
    "ScriptType: v4.00+\nWrapStyle: 0\nScaledBorderAndShadow: yes\nPlayResX: 1280\nPlayResY: 720\n\n"
    "[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, "
    "Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
    "MarginR, MarginV, Encoding\n"
    "Style: "
    "Default,Sans,42,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,2,1,2,40,40,36,1\n\n"
    "[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";

}  // namespace

std::string to_markdown(const SessionResult& result, const std::vector<Segment>& segments) {
  std::string text = "# " + escape_markdown(one_line(result.session_id)) + "\n\n";
  for (const Segment& segment : segments) {
    text += fmt::format("**{}** {}", clock_time(segment.span.start),
                        escape_markdown(name_with_character(segment)));
    if (segment.label) text += fmt::format(" ({})", to_string(segment.label->classification));
    text += ": " + escape_markdown(one_line(segment.text)) + "\n\n";
  }
  return text;
}

std::string to_ass(std::string_view title, View view, const std::vector<Segment>& segments) {
  std::string text = "[Script Info]\nTitle: " + one_line(title) + '\n' + std::string(kAssHead);
  for (const Cue& cue : cues_of(view, segments)) {
    const std::string name = escape_ass(cue.speaker);
    std::string field = name;
    std::replace(field.begin(), field.end(), ',', ';');
    text +=
        fmt::format("Dialogue: 0,{},{},Default,{},0,0,0,,{{\\b1}}{}{{\\b0}}: {}\n", ass_clock(cue.span.start),
                    ass_clock(cue.span.end), field, name, escape_ass(one_line(cue.text)));
  }
  return text;
}

}  // namespace skald
