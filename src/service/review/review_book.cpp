#include "service/review/review_book.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace skald {
namespace {

constexpr std::size_t kMostKept = 4;         // sessions in memory, about 20 MB each where they are long
constexpr std::size_t kMostSteps = 100'000;  // of one session

std::string now_utc() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

Spoken spoken(const ReviewedSegment& segment) {
  return {segment.id, segment.segment.span.start.value, shown_name(segment.segment), segment.segment.text};
}

ReviewedTranscript untouched(const MachineResult& machine) {
  return start_review(machine.result.segments, machine.result.roles);
}

}  // namespace

Result<std::unique_ptr<ReviewBook>> ReviewBook::open(const std::filesystem::path& home) {
  auto store = TRY(Store::open(home));
  return std::unique_ptr<ReviewBook>(new ReviewBook(std::move(store)));
}

Result<ReviewBook::Review> ReviewBook::read(std::int64_t session) {
  const std::lock_guard lock(mutex_);
  return load(session);
}

Result<ReviewBook::Review> ReviewBook::load(std::int64_t id) {
  const Session session = TRY(find_session(*store_, id));
  const RunRecord run = TRY(newest_results(session));
  const OpenFile file = TRY(open_transcript(session));
  const std::int64_t steps = TRY(store_->edit_revision(id));
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Review& review) { return review->session.id == id; });
  std::shared_ptr<const MachineResult> machine;
  if (known != kept_.end()) {
    const MachineResult& old = *(*known)->machine;
    if (old.run == run.id && old.size == file.size && old.modified_ns == file.modified_ns)
      machine = (*known)->machine;
    if (machine && (*known)->steps() == steps && (*known)->session.name == session.name) return *known;
  }
  if (!machine) machine = TRY(read_machine_result(run, file));
  auto review = std::make_shared<ReviewedSession>();
  review->session = session;
  review->machine = std::move(machine);
  for (const EditRow& row : TRY(store_->edit_log(id))) review->log.push_back(TRY(step_from(row)));
  review->now = replay(untouched(*review->machine), review->log);
  remember(review);
  return review;
}

void ReviewBook::forget() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
}

void ReviewBook::remember(const Review& review) {
  kept_.remove_if([&](const Review& old) { return old->session.id == review->session.id; });
  kept_.push_front(review);
  if (kept_.size() > kMostKept) kept_.pop_back();
}

Result<ReviewBook::Review> ReviewBook::checked(std::int64_t session, const std::string& revision) {
  Review review = TRY(load(session));
  if (review->revision() != revision)
    return fail(ErrorCode::Conflict, "this session has changed since it was read: it is at revision " +
                                         review->revision() + " now");
  if (review->log.size() >= kMostSteps)
    return fail(ErrorCode::Conflict, "this session has too many corrections to take more");
  return review;
}

Result<ReviewBook::Change> ReviewBook::keep(const Review& before,
                                            const std::shared_ptr<ReviewedSession>& after) {
  Change change{before, after, difference(before->now.transcript, after->now.transcript)};
  SpokenChange search;
  for (const ReviewedSegment* segment : change.difference.changed) search.changed.push_back(spoken(*segment));
  search.removed = change.difference.removed;
  TRY_VOID(store_->add_edit(after->session.id, row_of(after->log.back()), search));
  remember(after);
  return change;
}

Result<ReviewBook::Change> ReviewBook::edit(std::int64_t session, const std::string& revision,
                                            const std::vector<Edit>& edits, const std::string& who) {
  const std::lock_guard lock(mutex_);
  const Review before = TRY(checked(session, revision));
  if (edits.empty())
    return fail(ErrorCode::InvalidInput, "there is no edit in the request", "Send at least one.");
  auto after = std::make_shared<ReviewedSession>(*before);
  ReviewStep step{ReviewStep::Kind::Edits, before->steps() + 1, now_utc(), who, {}};
  for (const Edit& wanted : edits) {
    auto applied = apply(after->now.transcript, wanted);
    if (!applied && edits.size() > 1)
      applied.error().message = fmt::format("edit {}: {}", step.edits.size() + 1, applied.error().message);
    step.edits.push_back(TRY(std::move(applied)));
  }
  after->log.push_back(std::move(step));
  after->now.standing = standing(after->log);
  return keep(before, after);
}

Result<ReviewBook::Change> ReviewBook::step_back(std::int64_t session, const std::string& revision,
                                                 ReviewStep::Kind kind, const std::string& who) {
  const std::lock_guard lock(mutex_);
  const Review before = TRY(checked(session, revision));
  const Standing& standing = before->now.standing;
  if (kind == ReviewStep::Kind::Undo ? standing.done.empty() : standing.undone.empty())
    return fail(ErrorCode::Conflict, "there is nothing to " + std::string(to_string(kind)));
  auto after = std::make_shared<ReviewedSession>();
  after->session = before->session;
  after->machine = before->machine;
  after->log = before->log;
  after->log.push_back({kind, before->steps() + 1, now_utc(), who, {}});
  after->now = replay(untouched(*after->machine), after->log);
  return keep(before, after);
}

Status ReviewBook::index_all() {
  const std::lock_guard lock(mutex_);
  for (const Session& session : TRY(all_sessions(*store_))) {
    const auto run = newest_results(session);
    if (!run) continue;
    const Indexed wanted{run->id, TRY(store_->edit_revision(session.id))};
    if (TRY(store_->indexed(session.id)) == wanted) continue;
    const auto review = load(session.id);
    if (!review) continue;
    std::vector<Spoken> all;
    for (const ReviewedSegment& segment : (*review)->now.transcript.segments) all.push_back(spoken(segment));
    TRY_VOID(store_->index_session(session.id, {(*review)->machine->run, (*review)->steps()}, all));
  }
  return {};
}

}  // namespace skald
