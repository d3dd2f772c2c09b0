// Writes what a run's observer hears into the log, and keeps from the observer what the console should not
// show.
#pragma once
#include "pipeline/progress.hpp"
#include "service/session/log.hpp"

namespace skald {

class LoggedObserver : public RunObserver {
 public:
  LoggedObserver(RunObserver& observer, RunLog& log, LogLevel console)
      : observer_(observer), log_(log), console_(console) {}
  void progress(const ProgressReport& report) override;
  void stage_done(StageId stage, bool reused, double seconds) override;
  void note(std::string_view text) override { tell(LogLevel::Info, text); }
  void warning(std::string_view text) override { tell(LogLevel::Warning, text); }
  void heard(const HeardUnit& unit) override { observer_.heard(unit); }
  /// A line that a worker or a library in it printed.
  void output(std::string_view worker, std::string_view line);
  /// An event of the stage that is at work, for log and console.
  void tell(LogLevel level, std::string_view text);

 private:
  std::string_view stage_name() const { return in_stage_ ? info(stage_).name : std::string_view(); }
  RunObserver& observer_;
  RunLog& log_;
  LogLevel console_;
  bool in_stage_ = false;
  StageId stage_ = StageId::Decode;
  int logged_tenths_ = 0;
};

}  // namespace skald
