// What is known of a recording: reference transcripts and labels, and anything else that can be measured.
#pragma once
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "formats/json.hpp"

namespace skald {

struct Truth {
  std::vector<Segment> segments;  // text, speaker, words, label: what the file has; without times all are 0
  std::vector<Turn> turns;        // also of segments that are not scored
  std::vector<Span> unscored;     // words and labels there do not count
  std::vector<Span> no_speech;    // music, noise: text there is an error
};

/// Reads one of: `{"segments": [...], "turns"?, "unscored"?, "no_speech"?}` (a truth file, `_data.json`,
/// `_classified.json`), `{"chunks": [...]}` (words.json), `{"turns": [...]}` (turns.json), or a list of words
/// `[{"word","start","end","speaker"}]`. A segment with `"scored": false` only adds to turns and unscored.
/// Without "turns" they come from the segments, parted where a speaker pauses for 0.25 s.
Result<Truth> parse_truth(std::string_view json, std::string_view origin);

/// The same of JSON lines: one segment a line, times optional; `label` and `voice` stand for `classification`
/// and `classification_type`.
Result<Truth> parse_truth_lines(std::string_view jsonl, std::string_view origin);

}  // namespace skald
