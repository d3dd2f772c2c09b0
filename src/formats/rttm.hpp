// RTTM, the text format of speaker turns (NIST), and STM, that of timed reference transcripts.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"

namespace skald {

/// One SPEAKER line a turn. White space in names becomes '_', because fields are parted by it.
std::string to_rttm(const std::vector<Turn>& turns, std::string_view recording);

/// The SPEAKER lines, sorted by start; other kinds of lines and comments are passed over. An error names
/// `origin` and the line. Of a file about several recordings only `recording` is taken; without a name such a
/// file is refused.
Result<std::vector<Turn>> parse_rttm(std::string_view text, std::string_view origin,
                                     std::string_view recording = {});

/// A line of STM: who said what, when.
struct StmLine {
  Span span;
  std::string speaker;
  std::string text;
};
Result<std::vector<StmLine>> parse_stm(std::string_view text, std::string_view origin);

}  // namespace skald
