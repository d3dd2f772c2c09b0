// The log of a review: steps that are only ever added, and what holds of them.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "domain/review/edit.hpp"

namespace skald {

/// One entry of the log. An undo takes back the last step that holds, a redo the last undo; new edits end
/// what could be redone.
struct ReviewStep {
  enum class Kind { Edits, Undo, Redo };
  Kind kind = Kind::Edits;
  std::int64_t revision = 0;  // 1, 2, ... within a session
  std::string at;             // ISO 8601, UTC
  std::string who;            // "page", or the name of a token
  std::vector<Edit> edits;    // of Kind::Edits
};

/// Places in the log.
struct Standing {
  std::vector<std::size_t> done;    // the steps that hold, in their order
  std::vector<std::size_t> undone;  // those that a redo brings back, the next one last
};
Standing standing(const std::vector<ReviewStep>& log);

/// An edit of the log, or a part of it, that belongs nowhere in the present transcript.
struct Unattached {
  std::int64_t revision = 0;
  Edit edit;
  std::vector<SegmentPlace> lost;
  std::string reason;
};

struct Reviewed {
  ReviewedTranscript transcript;
  Standing standing;
  std::vector<Unattached> unattached;
};

/// The machine's transcript with all steps that hold. What finds no place is told, the rest holds.
Reviewed replay(ReviewedTranscript machine, const std::vector<ReviewStep>& log);

}  // namespace skald
