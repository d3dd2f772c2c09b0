#include "service/session/logged_observer.hpp"

#include <fmt/format.h>

#include <string>

namespace skald {

void LoggedObserver::progress(const ProgressReport& report) {
  if (!in_stage_ || report.stage != stage_) {
    in_stage_ = true;
    stage_ = report.stage;
    logged_tenths_ = 0;
    log_.write({LogLevel::Info, stage_name(), {}, std::string("begins: ") + std::string(info(stage_).doing)});
  }
  // A tenth at a time: enough to follow, little enough to read.
  if (const int tenths = static_cast<int>(report.share * 10); tenths > logged_tenths_) {
    logged_tenths_ = tenths;
    std::string text = fmt::format("{} %", tenths * 10);
    if (report.stage_remaining) text += fmt::format(", {:.0f} s left in this step", *report.stage_remaining);
    if (report.remaining_seconds) text += fmt::format(", {:.0f} s in all", *report.remaining_seconds);
    log_.write({LogLevel::Info, stage_name(), {}, text});
  }
  if (console_ <= LogLevel::Info) observer_.progress(report);
}

void LoggedObserver::stage_done(StageId stage, bool reused, double seconds) {
  log_.write({LogLevel::Info,
              info(stage).name,
              {},
              reused ? std::string("kept from before") : fmt::format("done in {:.1f} s", seconds)});
  if (console_ <= LogLevel::Info) observer_.stage_done(stage, reused, seconds);
  in_stage_ = false;
}

void LoggedObserver::output(std::string_view worker, std::string_view line) {
  const std::string text = std::string(worker) + ": " + std::string(line);
  log_.write({LogLevel::Info, stage_name(), {}, text});
  if (console_ == LogLevel::Debug) observer_.note(log_line({LogLevel::Debug, stage_name(), {}, text}));
}

void LoggedObserver::tell(LogLevel level, std::string_view text) {
  log_.write({level, stage_name(), {}, text});
  if (level < console_) return;
  if (level >= LogLevel::Warning)
    observer_.warning(text);
  else
    observer_.note(text);
}

}  // namespace skald
