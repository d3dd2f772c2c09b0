#include "formats/export/export.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "formats/captions.hpp"
#include "formats/rttm.hpp"

namespace skald {
namespace {

struct Row {
  ExportFormat format;
  std::string_view name, ending, type;
};
constexpr std::array<Row, 10> kFormats = {
    {{ExportFormat::Text, "txt", ".txt", "text/plain; charset=utf-8"},
     {ExportFormat::Srt, "srt", ".srt", "application/x-subrip"},
     {ExportFormat::Vtt, "vtt", ".vtt", "text/vtt"},
     {ExportFormat::Data, "json", "_data.json", "application/json"},
     {ExportFormat::Rttm, "rttm", ".rttm", "text/plain; charset=utf-8"},
     {ExportFormat::Markdown, "md", ".md", "text/markdown; charset=utf-8"},
     {ExportFormat::Csv, "csv", ".csv", "text/csv; charset=utf-8"},
     {ExportFormat::Docx, "docx", ".docx",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
     {ExportFormat::Audacity, "audacity", "_labels.txt", "text/plain; charset=utf-8"},
     {ExportFormat::Ass, "ass", ".ass", "text/x-ssa; charset=utf-8"}}};

const Row& row_of(ExportFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

bool is_part(const ExportChoice& choice) {
  return choice.view != View::Full || !choice.character.empty();
}

Result<std::vector<Segment>> chosen(const SessionResult& result, const ExportChoice& choice) {
  std::vector<Segment> segments = shown_segments(result);
  if (!is_part(choice)) return segments;
  std::set<std::string> characters;
  bool labelled = false;
  for (const Segment& segment : segments) {
    labelled = labelled || segment.label;
    if (segment.label && !segment.label->character.empty()) characters.insert(segment.label->character);
  }
  if (!labelled)
    return fail(ErrorCode::InvalidInput, "this session has no labels, by which a part of it could be taken",
                "Export all of it, or process it with classification.");
  if (!choice.character.empty() && !characters.contains(choice.character)) {
    std::string known;
    for (const std::string& name : characters) known += (known.empty() ? "" : ", ") + name;
    return fail(ErrorCode::NotFound, "nobody speaks as '" + choice.character + "' in this session",
                known.empty() ? "It has no characters." : "Its characters: " + known + ".");
  }
  std::erase_if(segments, [&](const Segment& segment) {
    return !shows(choice.view, segment) ||
           (!choice.character.empty() && (!segment.label || segment.label->character != choice.character));
  });
  return segments;
}

// Of a part: when its segments are said, as the turns know no labels.
Result<std::string> rttm(const SessionResult& result, const ExportChoice& choice,
                         const std::vector<Segment>& segments, const std::string& id) {
  std::vector<Turn> turns = result.diarization.turns;
  if (is_part(choice) || turns.empty()) {
    turns.clear();
    for (const Segment& segment : segments)
      if (segment.speaker_id != kNobody) turns.push_back({segment.span, segment.speaker_id});
  }
  if (turns.empty())
    return fail(ErrorCode::InvalidInput, "this session has no speakers", "Process it with diarization.");
  return to_rttm(turns, id);
}

Result<std::string> content_of(const SessionResult& result, const ExportChoice& choice,
                               const std::vector<Segment>& segments, const std::string& id) {
  switch (choice.format) {
    case ExportFormat::Text:
      return to_text(choice.view, segments);
    case ExportFormat::Srt:
      return to_srt(cues_of(choice.view, segments));
    case ExportFormat::Vtt:
      return to_vtt(cues_of(choice.view, segments));
    case ExportFormat::Data:
      return data_json(result, segments);
    case ExportFormat::Rttm:
      return rttm(result, choice, segments, id);
    case ExportFormat::Markdown:
      return to_markdown(result, segments);
    case ExportFormat::Csv:
      return to_csv(segments);
    case ExportFormat::Docx:
      return to_docx(result, segments);
    case ExportFormat::Audacity:
      return to_audacity(segments);
    case ExportFormat::Ass:
      return to_ass(result.session_id, choice.view, segments);
  }
  return fail(ErrorCode::Internal, "an export format without a writer");
}

std::string part_name(const ExportChoice& choice) {
  std::string name = choice.view == View::InCharacter      ? "_ic_only"
                     : choice.view == View::OutOfCharacter ? "_ooc_only"
                                                           : "";
  if (!choice.character.empty()) name += '_' + safe_session_id(choice.character);
  const bool pair = choice.format == ExportFormat::Text || choice.format == ExportFormat::Srt;
  return name.empty() && pair ? "_full" : name;
}

}  // namespace

std::optional<ExportFormat> export_format_from(std::string_view name) {
  const auto found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Row& row) { return row.name == name; });
  if (found == kFormats.end()) return std::nullopt;
  return found->format;
}

std::string export_format_names() {
  std::string names;
  for (const Row& row : kFormats) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

std::optional<View> export_view_from(std::string_view name) {
  if (name.empty()) return View::Full;
  if (name == "ic") return View::InCharacter;
  if (name == "ooc") return View::OutOfCharacter;
  return std::nullopt;
}

std::string name_with_character(const Segment& segment) {
  std::string name = one_line(shown_name(segment));
  if (segment.label && !segment.label->character.empty()) name += " as " + one_line(segment.label->character);
  return name;
}

Result<ExportedFile> export_session(const SessionResult& result, const ExportChoice& choice) {
  const Row& row = row_of(choice.format);
  const std::vector<Segment> segments = TRY(chosen(result, choice));
  const std::string id = safe_session_id(result.session_id);
  return ExportedFile{id + part_name(choice) + std::string(row.ending), std::string(row.type),
                      TRY(content_of(result, choice, segments, id))};
}

}  // namespace skald
