// Subtitles: SRT and WebVTT.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"
#include "formats/session_text.hpp"

namespace skald {

struct Cue {
  Span span;
  std::string speaker;  // as shown; empty: none
  std::string text;     // unbroken; the writers wrap it
};

inline constexpr std::size_t kCaptionWidth = 42;  // characters a line
inline constexpr std::size_t kCaptionLines = 2;

/// Cuts a segment into cues of at most two lines and seven seconds, by the times of its words, at sentence
/// ends and commas where it can. `speaker` is the name to show.
std::vector<Cue> make_cues(const Segment& segment, std::string_view speaker);

/// Sorts cues by start and shows each long enough to be read, at least a second and 20 characters a second,
/// where the next one does not begin before. No cue ends earlier than it did.
std::vector<Cue> readable(std::vector<Cue> cues);

/// The cues of all segments that a view shows, readable().
std::vector<Cue> cues_of(View view, const std::vector<Segment>& segments);

/// Each cue begins with `[speaker]`.
std::string to_srt(const std::vector<Cue>& cues);
/// Each cue stands in `<v speaker>`.
std::string to_vtt(const std::vector<Cue>& cues);

/// Reads what other tools write too: any line ends, point or comma, missing numbers, tags, notes and styles.
/// An error names origin and line.
Result<std::vector<Cue>> parse_srt(std::string_view text, std::string_view origin);
Result<std::vector<Cue>> parse_vtt(std::string_view text, std::string_view origin);

}  // namespace skald
