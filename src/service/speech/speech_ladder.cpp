#include "service/speech/speech_ladder.hpp"

#include <fmt/format.h>

#include <utility>

namespace skald {
namespace {

bool on_card(const WhisperStep& step) {
  return step.device != "cpu";
}

class Descent {
 public:
  Descent(const std::vector<WhisperStep>& steps, const SpeechPorts& ports) : steps_(steps), ports_(ports) {}

  Result<SpeechOutcome> go() {
    std::size_t at = first();
    for (;;) {
      const Status done = ports_.transcribe(steps_[at]);
      if (done) return outcome(at);
      const auto next = after(at, done.error());
      if (!next) return tl::unexpected(done.error());
      reason_ = done.error().message;
      ports_.tell(fmt::format("{} ({}): {}; next: {}", step_name(steps_[at]), to_string(steps_[at].kind),
                              describe(done.error()), described(*next)));
      at = *next;
    }
  }

 private:
  // A step that fits, or a better one whose result is there: that needs no memory.
  std::size_t first() {
    const std::size_t at = first_that_fits(steps_).value_or(least_step(steps_));
    for (std::size_t i = 0; i < at; ++i)
      if (on_card(steps_[i]) && ports_.stored(steps_[i])) return i;
    for (std::size_t i = 0; i < at; ++i) {
      if (steps_[i].fit == Fit::Yes) continue;
      if (reason_.empty()) reason_ = steps_[i].text;
      ports_.tell(fmt::format("{}: {}; next: {}", to_string(steps_[i].kind), steps_[i].text, described(at)));
    }
    return at;
  }

  std::string described(std::size_t index) const {
    return fmt::format("{}, {}", to_string(steps_[index].kind), steps_[index].text);
  }

  // Less memory of the card where that was missing; the CPU where the card itself, or its owner, said no.
  std::optional<std::size_t> after(std::size_t at, const Error& error) const {
    const WhisperStep& failed = steps_[at];
    const bool memory = error.code == ErrorCode::OutOfMemory;
    const bool device = error.code == ErrorCode::Unavailable || error.code == ErrorCode::WorkerDied ||
                        error.code == ErrorCode::Internal;
    if (!memory && !(device && on_card(failed))) return std::nullopt;
    for (std::size_t i = at + 1; i < steps_.size(); ++i) {
      const WhisperStep& step = steps_[i];
      if (step.fit == Fit::No || (on_card(step) && !memory)) continue;
      if (step.device != failed.device || step.needed < failed.needed) return i;
    }
    // Nothing fits by the figures: the CPU is tried all the same, as it would be without a card.
    const std::size_t least = least_step(steps_);
    if (on_card(failed) && !on_card(steps_[least])) return least;
    return std::nullopt;
  }

  SpeechOutcome outcome(std::size_t at) const {
    const WhisperStep& wished = steps_.front();
    const WhisperStep& used = steps_[at];
    SpeechOutcome made{used, std::nullopt};
    if (step_name(wished) != step_name(used))
      made.fallback = Fallback{"transcribe", step_name(wished), step_name(used), reason_};
    return made;
  }

  const std::vector<WhisperStep>& steps_;
  const SpeechPorts& ports_;
  std::string reason_;  // why the wished step was left, or the last one
};

}  // namespace

std::string step_name(const WhisperStep& step) {
  return on_card(step) ? fmt::format("{} ({}, {})", step.model, to_string(step.precision), step.device)
                       : fmt::format("{} ({})", step.model, step.device);
}

Result<SpeechOutcome> transcribe_in_steps(const std::vector<WhisperStep>& steps, const SpeechPorts& ports) {
  return Descent(steps, ports).go();
}

}  // namespace skald
