#include "service/review/reviewed_session.hpp"

#include <algorithm>
#include <array>

#include "domain/review/turns.hpp"
#include "formats/fields.hpp"
#include "formats/review/edit_json.hpp"
#include "formats/rttm.hpp"

namespace skald {
namespace {

constexpr std::uint64_t kLargestFile = 512ULL << 20;
constexpr std::array<std::pair<ReviewStep::Kind, std::string_view>, 3> kKinds = {
    {{ReviewStep::Kind::Edits, "edits"}, {ReviewStep::Kind::Undo, "undo"}, {ReviewStep::Kind::Redo, "redo"}}};

// A correction shows what was left out by the machine.
void show(SessionResult& result, std::string_view stage, const std::vector<ReviewedSegment>& segments,
          Corrected what) {
  const bool corrected = std::any_of(segments.begin(), segments.end(),
                                     [&](const ReviewedSegment& s) { return has(s.corrected, what); });
  if (corrected) std::erase(result.skipped, stage);
}

}  // namespace

Result<std::shared_ptr<const MachineResult>> read_machine_result(const RunRecord& run, const OpenFile& file) {
  auto machine = std::make_shared<MachineResult>();
  machine->run = run.id;
  machine->size = file.size;
  machine->modified_ns = file.modified_ns;
  const std::string text = TRY(read_all(file, kLargestFile));
  machine->result = TRY(parse_results(text, run.session));
  if (const auto turns = open_in(run.directory, results_id(run) + ".rttm")) {
    const std::string rttm = TRY(read_all(*turns, kLargestFile));
    machine->result.diarization.turns = TRY(parse_rttm(rttm, run.session));
  }
  return machine;
}

SessionResult corrected_result(const ReviewedSession& review) {
  const ReviewedTranscript& transcript = review.now.transcript;
  SessionResult result = review.machine->result;
  result.diarization.turns = corrected_turns(result.diarization.turns, result.segments, transcript);
  result.session_id = review.session.name;
  result.roles = transcript.speakers;
  result.segments.clear();
  for (const ReviewedSegment& s : transcript.segments) result.segments.push_back(s.segment);
  show(result, "classification", transcript.segments, Corrected::Label);
  show(result, "diarization", transcript.segments, Corrected::Speaker);
  return result;
}

std::string_view to_string(ReviewStep::Kind kind) {
  return std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& row) { return row.first == kind; })
      ->second;
}

EditRow row_of(const ReviewStep& step) {
  Json edits = Json::array();
  for (const Edit& edit : step.edits) edits.push_back(edit_as_stored(edit));
  return {step.revision, std::string(to_string(step.kind)), step.at, step.who, to_line(edits)};
}

Result<ReviewStep> step_from(const EditRow& row) {
  ReviewStep step;
  step.revision = row.revision;
  step.at = row.at;
  step.who = row.who;
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& known) { return known.second == row.kind; });
  const Json edits = TRY(parse_json(row.edits, "a correction").map_error(as_damaged));
  if (kind == kKinds.end() || !edits.is_array())
    return fail(ErrorCode::Damaged, "a correction cannot be read");
  step.kind = kind->first;
  for (const Json& edit : edits) step.edits.push_back(TRY(edit_from_store(edit).map_error(as_damaged)));
  return step;
}

}  // namespace skald
