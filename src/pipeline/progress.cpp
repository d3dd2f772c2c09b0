#include "pipeline/progress.hpp"

#include <algorithm>

namespace skald {

ProgressMeter::ProgressMeter(RunObserver& observer, TimingBook& timings, Clock clock)
    : observer_(observer), timings_(timings), clock_(std::move(clock)) {}

void ProgressMeter::plan(StageId stage, std::string variant) {
  planned_[stage] = std::move(variant);
}

void ProgressMeter::begin(StageId stage) {
  stage_ = stage;
  started_ = clock_();
  first_share_ = -1;
  share_ = 0;
  observer_.progress(report(0));
}

void ProgressMeter::update(double share) {
  share_ = std::clamp(share, share_, 1.0);
  if (first_share_ < 0) {
    first_share_ = share_;
    first_time_ = clock_();
  }
  observer_.progress(report(share_));
}

void ProgressMeter::end(Outcome outcome) {
  const double seconds = clock_() - started_;
  // A stage that went on from earlier units says nothing about the pace of a whole one.
  const bool whole = first_share_ < 0.02;
  if (outcome == Outcome::Computed && whole && audio_seconds_.value_or(0) > 0)
    timings_.record(info(stage_).name, planned_[stage_], *audio_seconds_, seconds);
  observer_.stage_done(stage_, outcome == Outcome::Reused, seconds);
  planned_.erase(stage_);
}

ProgressReport ProgressMeter::report(double share) const {
  ProgressReport report{stage_, share, std::nullopt, std::nullopt};
  const double done = share - first_share_;
  if (first_share_ >= 0 && done > 0.03)
    report.stage_remaining = (clock_() - first_time_) / done * (1 - share);
  const auto expected = [&](StageId stage, const std::string& variant) -> std::optional<double> {
    const auto rate = timings_.seconds_per_second(info(stage).name, variant);
    if (!rate || !audio_seconds_) return std::nullopt;
    return *rate * *audio_seconds_;
  };
  const auto current = planned_.find(stage_);
  if (!report.stage_remaining && current != planned_.end()) {
    if (const auto whole = expected(stage_, current->second)) report.stage_remaining = *whole * (1 - share);
  }
  if (!report.stage_remaining) return report;
  double remaining = *report.stage_remaining;
  for (const auto& [stage, variant] : planned_) {
    if (stage <= stage_) continue;
    const auto whole = expected(stage, variant);
    if (!whole) return report;
    remaining += *whole;
  }
  report.remaining_seconds = remaining;
  return report;
}

}  // namespace skald
