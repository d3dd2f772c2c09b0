// One file of a session, in the format that somebody wants, with all of it or a part.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/results.hpp"
#include "formats/session_text.hpp"

namespace skald {

enum class ExportFormat { Text, Srt, Vtt, Data, Rttm, Markdown, Csv, Docx, Audacity, Ass };

/// txt, srt, vtt, json, rttm, md, csv, docx, audacity, ass.
std::optional<ExportFormat> export_format_from(std::string_view name);
/// All names, parted by commas.
std::string export_format_names();
/// "ic" and "ooc"; empty: everything.
std::optional<View> export_view_from(std::string_view name);

struct ExportChoice {
  ExportFormat format = ExportFormat::Text;
  View view = View::Full;
  std::string character;  // only what he or she says; empty: everybody
};

struct ExportedFile {
  std::string name;  // as those of the results folder are called
  std::string type;  // media type
  std::string content;
};

/// NotFound: nobody speaks as this character. InvalidInput: the choice needs labels or speakers that the
/// session does not have.
Result<ExportedFile> export_session(const SessionResult& result, const ExportChoice& choice);

// The formats that are only exported, one function each.
std::string to_markdown(const SessionResult& result, const std::vector<Segment>& segments);
/// With a byte-order mark, so that spreadsheets know the encoding; a text that a spreadsheet would take for a
/// formula begins with an apostrophe.
std::string to_csv(const std::vector<Segment>& segments);
/// "start<TAB>end<TAB>Name: text", one line a segment.
std::string to_audacity(const std::vector<Segment>& segments);
/// Advanced SubStation Alpha.
std::string to_ass(std::string_view title, View view, const std::vector<Segment>& segments);
/// Office Open XML.
Result<std::string> to_docx(const SessionResult& result, const std::vector<Segment>& segments);

/// "Hanna as Vessarine"; the name alone where nobody speaks in the story.
std::string name_with_character(const Segment& segment);

}  // namespace skald
