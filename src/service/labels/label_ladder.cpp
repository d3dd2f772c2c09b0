#include "service/labels/label_ladder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skald {
namespace {

using llm::LlmFailure;

std::string figures(const llm::LlmError& error) {
  if (!error.needed_bytes || !error.available_bytes) return {};
  return fmt::format(" (needed {}, available {})", memory_text(*error.needed_bytes),
                     memory_text(*error.available_bytes));
}

class Descent {
 public:
  Descent(std::size_t count, const LadderSettings& settings, const LadderPorts& ports,
          const CancelToken& cancel)
      : settings_(settings), ports_(ports), cancel_(cancel) {
    outcome_.labels.resize(count);
  }

  Result<LadderOutcome> go() {
    auto steps = ports_.steps();
    if (!steps) {
      reason_ = steps.error().message;
      stand_in();
      return std::move(outcome_);
    }
    steps_ = std::move(*steps);
    std::size_t at = std::min(first_that_fits(steps_), last());
    for (std::size_t i = 0; i < at; ++i) skip(steps_[i], at);
    while (at < steps_.size() && steps_[at].kind != LlmStepKind::BuiltIn) {
      const auto next = TRY(take(at));
      if (!next) return std::move(outcome_);
      at = *next;
    }
    stand_in();
    return std::move(outcome_);
  }

 private:
  /// The index of the step to take next; nothing when all segments have their labels.
  Result<std::optional<std::size_t>> take(std::size_t at) {
    const LlmStep& step = steps_[at];
    if (Status room = ports_.make_room(step); !room) {
      if (room.error().code == ErrorCode::Cancelled) return tl::unexpected(room.error());
      ports_.tell(room.error().message);
    }
    const llm::LlmTarget target = target_of(step);
    CancelToken pace(&cancel_);
    bool too_slow = false;
    const auto watch = [&](double remaining) {
      if (step.kind != LlmStepKind::Cpu || remaining <= settings_.longest_on_cpu) return;
      too_slow = true;
      pace.cancel();
    };
    llm::LabelRun run = ports_.label(target, missing(), pace, watch);
    note_labels(run, target);
    if (cancel_.cancelled()) return fail(ErrorCode::Cancelled, "classification was stopped");
    if (missing().empty()) return std::nullopt;
    llm::LlmError error = run.stopped.value_or(llm::LlmError{
        LlmFailure::BadAnswer, "the model gave no usable answer for some segments", {}, {}, {}});
    if (too_slow)
      error = {LlmFailure::TimedOut,
               fmt::format("on the CPU {} would take more than {:.0f} minutes", step.model,
                           settings_.longest_on_cpu / 60),
               {},
               {},
               {}};
    reason_ = error.message + figures(error);
    const std::size_t next = too_slow ? last() : after(at, error.failure);
    ports_.tell(fmt::format("{} ({}): {}; next: {}", target.model, to_string(step.kind), reason_,
                            described(steps_[next])));
    return std::optional<std::size_t>(next);
  }

  void skip(const LlmStep& step, std::size_t next) {
    reason_ = step.text;
    ports_.tell(fmt::format("{}: {}; next: {}", to_string(step.kind), step.text, described(steps_[next])));
  }

  static std::string described(const LlmStep& step) {
    if (step.kind == LlmStepKind::BuiltIn) return std::string(to_string(step.kind));
    return fmt::format("{}, {}", to_string(step.kind), step.text);
  }

  std::size_t last() const { return steps_.size() - 1; }

  std::size_t after(std::size_t at, LlmFailure failure) const {
    const LlmStep& failed = steps_[at];
    for (std::size_t i = at + 1; i < steps_.size(); ++i) {
      const LlmStep& step = steps_[i];
      if (step.kind == LlmStepKind::BuiltIn) return i;
      if (step.fit == Fit::No) continue;
      const NextStep wanted = next_step(failure);
      if (wanted == NextStep::Next) return i;
      if (wanted == NextStep::OtherModel && step.model != failed.model) return i;
      if (wanted == NextStep::LessContext && step.num_ctx < failed.num_ctx) return i;
    }
    return last();
  }

  llm::LlmTarget target_of(const LlmStep& step) const {
    llm::LlmTarget target = settings_.target;
    target.model = step.model;
    target.num_ctx = step.num_ctx;
    if (step.num_gpu) target.num_gpu = step.num_gpu;
    return target;
  }

  std::vector<std::size_t> missing() const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < outcome_.labels.size(); ++i)
      if (!outcome_.labels[i]) indices.push_back(i);
    return indices;
  }

  void note_labels(const llm::LabelRun& run, const llm::LlmTarget& target) {
    const bool stands_in = target.model != steps_.front().model;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < run.labels.size() && i < outcome_.labels.size(); ++i)
      if (run.labels[i] && !outcome_.labels[i]) {
        outcome_.labels[i] = run.labels[i];
        if (stands_in) outcome_.labels[i]->backend = backend_name(target);
        ++taken;
      }
    if (stands_in && taken > 0) fell_back(backend_name(target), taken);
  }

  void stand_in() {
    if (const std::size_t open = missing().size(); open > 0) fell_back(settings_.built_in, open);
  }

  void fell_back(const std::string& used, std::size_t segments) {
    outcome_.fallbacks.push_back(
        {"classify", backend_name(settings_.target), used,
         fmt::format("{} of {} segments: {}", segments, outcome_.labels.size(), reason_)});
  }

  const LadderSettings& settings_;
  const LadderPorts& ports_;
  const CancelToken& cancel_;
  std::vector<LlmStep> steps_;
  LadderOutcome outcome_;
  std::string reason_ = "it did not answer";
};

}  // namespace

std::string backend_name(const llm::LlmTarget& target) {
  return target.model.empty() ? target.service : target.service + ":" + target.model;
}

NextStep next_step(LlmFailure failure) {
  switch (failure) {
    case LlmFailure::OutOfMemory:
    case LlmFailure::RunnerDied:
      return NextStep::Next;
    case LlmFailure::UnknownModel:
    case LlmFailure::TimedOut:
      return NextStep::OtherModel;
    case LlmFailure::TooLarge:
      return NextStep::LessContext;
    default:
      return NextStep::BuiltIn;
  }
}

Result<LadderOutcome> climb_down(std::size_t count, const LadderSettings& settings, const LadderPorts& ports,
                                 const CancelToken& cancel) {
  return Descent(count, settings, ports, cancel).go();
}

}  // namespace skald
