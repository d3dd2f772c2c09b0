// A session with its corrections: the newest results, the log of edits, and what both give.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/review/history.hpp"
#include "formats/results.hpp"
#include "service/sessions/sessions.hpp"

namespace skald {

/// What the machine made, as read from the files of a run.
struct MachineResult {
  std::int64_t run = 0;
  std::uint64_t size = 0;  // of the file, by which a new one is noticed
  std::int64_t modified_ns = 0;
  SessionResult result;
};
/// `file`, the `_data.json` of the run, with the turns beside it.
Result<std::shared_ptr<const MachineResult>> read_machine_result(const RunRecord& run, const OpenFile& file);

struct ReviewedSession {
  Session session;
  std::shared_ptr<const MachineResult> machine;
  std::vector<ReviewStep> log;
  Reviewed now;

  std::int64_t steps() const { return log.empty() ? 0 : log.back().revision; }
  /// Changes with the results and with each step; opaque to others.
  std::string revision() const { return std::to_string(machine->run) + '-' + std::to_string(steps()); }
};

/// The results as they are with all corrections; its id is the session's present name.
SessionResult corrected_result(const ReviewedSession& review);

std::string_view to_string(ReviewStep::Kind kind);
EditRow row_of(const ReviewStep& step);
/// Damaged: not what row_of() makes.
Result<ReviewStep> step_from(const EditRow& row);

}  // namespace skald
