// Plain text of results: one line a segment.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"

namespace skald {

/// Which segments a file of results shows. MIXED stands in both the IC and the OOC file.
enum class View { Full, InCharacter, OutOfCharacter };

bool shows(View view, const Segment& segment);
/// The name a view gives a segment: in the IC view the character where one speaks, else the person.
std::string name_in(View view, const Segment& segment);

/// Full: `[HH:MM:SS] Name[ as Character] (IC|OOC|MIXED): text`; IC and OOC: `[HH:MM:SS] Name: text`.
std::string to_text(View view, const std::vector<Segment>& segments);

/// A line of such a file as read back; `end` of the span is the start of the next line.
struct TextLine {
  Span span;
  std::string speaker, character, text;
  std::optional<Classification> classification;
};
/// Lines that do not begin with `[HH:MM:SS]` continue the text before them.
Result<std::vector<TextLine>> parse_text(std::string_view text, std::string_view origin);

/// "01:02:03", rounded down.
std::string clock_time(Seconds time);
/// The text with every run of white space and control characters as one blank, and none at its ends.
std::string one_line(std::string_view text);
/// '&', '<' and '>' as XML and WebVTT write them inside of text.
std::string escape_markup(std::string_view text);

}  // namespace skald
