#include "domain/review/history.hpp"

namespace skald {
namespace {

void replay_edit(Reviewed& reviewed, std::int64_t revision, const Edit& edit) {
  Attached attached = attach(reviewed.transcript, edit);
  if (attached.edit) {
    const auto applied = apply(reviewed.transcript, *attached.edit);
    if (!applied) attached.reason = applied.error().message;
    if (!applied) attached.lost = edit.segments;
  }
  if (!attached.reason.empty() || !attached.lost.empty())
    reviewed.unattached.push_back({revision, edit, std::move(attached.lost),
                                   attached.reason.empty() ? "a part of it lies within no segment any more"
                                                           : std::move(attached.reason)});
}

}  // namespace

Standing standing(const std::vector<ReviewStep>& log) {
  Standing result;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log[i].kind == ReviewStep::Kind::Edits) {
      result.done.push_back(i);
      result.undone.clear();
      continue;
    }
    const bool undo = log[i].kind == ReviewStep::Kind::Undo;
    auto& from = undo ? result.done : result.undone;
    auto& to = undo ? result.undone : result.done;
    if (from.empty()) continue;
    to.push_back(from.back());
    from.pop_back();
  }
  return result;
}

Reviewed replay(ReviewedTranscript machine, const std::vector<ReviewStep>& log) {
  Reviewed reviewed{std::move(machine), standing(log), {}};
  for (const std::size_t i : reviewed.standing.done)
    for (const Edit& edit : log[i].edits) replay_edit(reviewed, log[i].revision, edit);
  return reviewed;
}

}  // namespace skald
