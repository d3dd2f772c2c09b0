#include "service/eval/material.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/captions.hpp"
#include "formats/results.hpp"
#include "formats/rttm.hpp"
#include "formats/session_text.hpp"
#include "formats/truth.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t largest_file = 512ULL << 20;

template <typename Test>
bool any_segment(const Material& material, Test test) {
  return std::any_of(material.segments.begin(), material.segments.end(), test);
}

Segment spoken(const Span& span, std::string speaker, std::string text) {
  Segment segment;
  segment.span = span;
  segment.text = std::move(text);
  segment.speaker_id = speaker.empty() ? std::string(kNobody) : std::move(speaker);
  segment.speaker_name = segment.speaker_id;
  return segment;
}

std::vector<Turn> turns_of(const std::vector<Segment>& segments) {
  std::vector<Turn> turns;
  for (const Segment& segment : segments)
    if (segment.speaker_id != kNobody && segment.span.length() > Seconds{})
      turns.push_back({segment.span, segment.speaker_id});
  return turns;
}

Truth from_stm(const std::vector<StmLine>& lines) {
  Truth truth;
  truth.segments.reserve(lines.size());
  for (const StmLine& line : lines) truth.segments.push_back(spoken(line.span, line.speaker, line.text));
  truth.turns = turns_of(truth.segments);
  return truth;
}

Truth from_cues(const std::vector<Cue>& cues) {
  Truth truth;
  truth.segments.reserve(cues.size());
  for (const Cue& cue : cues) truth.segments.push_back(spoken(cue.span, cue.speaker, cue.text));
  truth.turns = turns_of(truth.segments);
  return truth;
}

// Our own text files have times of whole seconds, too coarse for turns. Any other text is words alone.
Truth from_text(const std::string& text, const std::string& origin) {
  Truth truth;
  if (const auto lines = parse_text(text, origin)) {
    for (const TextLine& line : *lines) {
      Segment segment = spoken(line.span, line.speaker, line.text);
      if (line.classification) {
        segment.label.emplace();
        segment.label->classification = *line.classification;
        segment.label->voice =
            *line.classification == Classification::OOC ? Voice::OOC_OTHER : Voice::CHARACTER;
        segment.label->character = line.character;
        segment.label->backend = "unknown";
      }
      truth.segments.push_back(std::move(segment));
    }
  } else {
    truth.segments.push_back(spoken({}, {}, one_line(repair_utf8(text))));
  }
  return truth;
}

Result<Truth> from_results(const fs::path& path) {
  SessionResult result = TRY(read_results(path));
  Truth truth;
  truth.segments = std::move(result.segments);
  truth.turns = result.diarization.turns.empty() ? turns_of(truth.segments) : result.diarization.turns;
  return truth;
}

Result<Truth> read_one(const fs::path& path) {
  const std::string name = ascii_lower(path.filename().string());
  const std::string origin = path.string();
  if (name.ends_with("_data.json")) return from_results(path);
  const std::string text = TRY(read_file(path, largest_file));
  if (name.ends_with(".rttm")) {
    Truth truth;
    truth.turns = TRY(parse_rttm(text, origin));
    return truth;
  }
  if (name.ends_with(".stm")) return from_stm(TRY(parse_stm(text, origin)));
  if (name.ends_with(".jsonl")) return parse_truth_lines(text, origin);
  if (name.ends_with(".json")) return parse_truth(text, origin);
  if (name.ends_with(".srt")) return from_cues(TRY(parse_srt(text, origin)));
  if (name.ends_with(".vtt")) return from_cues(TRY(parse_vtt(text, origin)));
  if (name.ends_with(".txt")) return from_text(text, origin);
  return fail(ErrorCode::InvalidInput, "'" + origin + "' is of no kind that can be compared",
              "Give a results folder, or .rttm, .stm, .json, .jsonl, .srt, .vtt or .txt files.");
}

// The files of a folder whose names end so; at most one may.
Result<std::vector<fs::path>> one_ending(const std::vector<fs::path>& files, std::string_view ending) {
  std::vector<fs::path> found;
  for (const fs::path& file : files)
    if (file.filename().string().ends_with(ending)) found.push_back(file);
  if (found.size() > 1)
    return fail(ErrorCode::InvalidInput,
                "'" + found[0].parent_path().string() + "' is about several recordings: " +
                    found[0].filename().string() + ", " + found[1].filename().string(),
                "Name the files of one recording.");
  return found;
}

Result<std::vector<fs::path>> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    files.push_back(entry->path());
  if (error) return tl::unexpected(errno_error(error.value(), "cannot list", folder.string()));
  std::sort(files.begin(), files.end());
  std::vector<fs::path> found = TRY(one_ending(files, "_data.json"));
  if (!found.empty()) return found;
  for (const std::string_view ending : {"truth.json", ".jsonl", ".stm", "words.json", ".rttm"})
    for (fs::path& file : TRY(one_ending(files, ending))) found.push_back(std::move(file));
  if (found.empty())
    return fail(
        ErrorCode::NotFound,
        "'" + folder.string() + "' holds no _data.json, truth.json, .rttm, .stm, words.json or .jsonl");
  return found;
}

void add(Truth truth, const fs::path& path, Material& material, bool& turns_are_told) {
  const bool rttm = ascii_lower(path.extension().string()) == ".rttm";
  if (material.segments.empty()) material.segments = std::move(truth.segments);
  if (material.turns.empty() || (rttm && !turns_are_told)) material.turns = std::move(truth.turns);
  turns_are_told = turns_are_told || rttm;
  const auto append = [](std::vector<Span>& to, const std::vector<Span>& more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  append(material.unscored, truth.unscored);
  append(material.no_speech, truth.no_speech);
  material.files.push_back(path.string());
}

}  // namespace

bool Material::has_words() const {
  return any_segment(*this, [](const Segment& s) { return !trim(s.text).empty(); });
}
bool Material::has_times() const {
  return any_segment(*this, [](const Segment& s) { return s.span.end > Seconds{}; });
}
bool Material::has_speakers() const {
  return any_segment(*this, [](const Segment& s) { return s.speaker_id != kNobody; });
}
bool Material::has_labels() const {
  return any_segment(*this, [](const Segment& s) { return s.label.has_value(); });
}

Result<Material> read_material(const std::vector<fs::path>& paths) {
  Material material;
  bool turns_are_told = false;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) return fail(ErrorCode::NotFound, "'" + path.string() + "' does not exist");
    std::vector<fs::path> files = {path};
    if (fs::is_directory(path, error)) files = TRY(files_of(path));
    for (const fs::path& file : files) add(TRY(read_one(file)), file, material, turns_are_told);
  }
  std::stable_sort(material.segments.begin(), material.segments.end(),
                   [](const Segment& a, const Segment& b) { return a.span.start < b.span.start; });
  return material;
}

}  // namespace skald
