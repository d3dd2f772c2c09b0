// Shows a run's progress and its end on standard error: a bar on a terminal, JSON events, or nothing but
// warnings.
#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"
#include "pipeline/progress.hpp"
#include "service/plan/plan.hpp"
#include "service/session/options.hpp"

namespace skald::cli {

/// Also tells how the run ended.
class ProgressView : public RunObserver {
 public:
  /// Before the first stage: what will run where, in short.
  virtual void plan(const Plan& plan) = 0;
  /// "skald: message. advice", or an event with both.
  virtual void failed(const Error& error) = 0;
  /// A stage was done by another backend than the one asked for.
  virtual void fallback(std::string_view text) = 0;
  /// The last word: a few lines for people.
  virtual void summary(std::string_view text) = 0;
};

/// `kind`: bar, json, none; empty: bar on a terminal, else plain lines.
std::unique_ptr<ProgressView> make_progress_view(const std::string& kind);

/// Before the first work: plans the memory, shows the plan, and makes its decisions the run's. Fails where a
/// stage has no way to run.
Status plan_first(CheckedOptions& checked, ProgressView& view);

}  // namespace skald::cli
