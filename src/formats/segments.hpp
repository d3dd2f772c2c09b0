// Segments, labels and speaker roles as JSON lines: `skald classify` and `worker_classify`.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "formats/json.hpp"

namespace skald {

/// A line of SEGMENTS.jsonl. `fields` is the line as it was read; unknown fields are written back.
struct SegmentLine {
  Segment segment;
  Role role = Role::Unknown;
  Json fields;
};

/// `{"text","speaker","role"?,"start_time"?,"end_time"?}` a line; empty lines are passed over. Without times
/// a segment starts where the one before it ended. An error names origin and line.
Result<std::vector<SegmentLine>> parse_segments(std::string_view jsonl, std::string_view origin);
Result<std::vector<SegmentLine>> read_segments(const std::filesystem::path& path);

/// The lines with the labels' fields set, in the same order; `labels` is as long as `lines`.
Result<std::string> classified_lines(const std::vector<SegmentLine>& lines, const std::vector<Label>& labels);
/// What `worker_classify` reads: text, speaker, role, times and language, one line a segment.
std::string segments_jsonl(const std::vector<Segment>& segments, const std::vector<SpeakerRole>& roles = {});

/// A whole segment: times, text, speaker, language, overlap, words, and the label where there is one. The
/// fields are those of `_data.json`.
Json to_json(const Segment& segment);
/// Reads to_json()'s fields and the predecessor's; without a classification the segment has no label.
Result<Segment> segment_from_json(const Json& json);

/// The label that a segment of stored results holds; nothing without a classification. The predecessor names
/// no backend ("unknown" then) and no kind of voice.
std::optional<Label> stored_label(const Json& segment);

Json to_json(const Label& label);
/// Fails without a classification, a confidence between 0 and 1, and a backend.
Result<Label> label_from_json(const Json& json);
std::string labels_jsonl(const std::vector<Label>& labels);
Result<std::vector<Label>> read_labels(const std::filesystem::path& labels_jsonl);

/// `[{"speaker_id","name","role","character","origin": "told"|"guessed","confidence"}]`
Json to_json(const std::vector<SpeakerRole>& roles);
Result<std::vector<SpeakerRole>> roles_from_json(const Json& json);
Result<std::vector<SpeakerRole>> read_roles(const std::filesystem::path& roles_json);

}  // namespace skald
