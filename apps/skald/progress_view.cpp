#include "progress_view.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <iostream>

#include "base/secrets.hpp"
#include "cli.hpp"
#include "formats/json.hpp"
#include "platform/devices/devices.hpp"
#include "service/plan/plan_run.hpp"
#include "service/session/log.hpp"

namespace skald::cli {
namespace {

std::string duration_text(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string done_text(StageId stage, bool reused, double seconds) {
  return fmt::format("{:<30} {}", info(stage).doing, reused ? "kept from before" : duration_text(seconds));
}

class LinesView : public ProgressView {
 public:
  void progress(const ProgressReport&) override {}
  void stage_done(StageId stage, bool reused, double seconds) override {
    std::cerr << done_text(stage, reused, seconds) << '\n';
  }
  void note(std::string_view text) override { std::cerr << text << '\n'; }
  void warning(std::string_view text) override { std::cerr << "warning: " << text << '\n'; }
  void plan(const Plan& plan) override {
    for (const std::string& line : plan_lines(plan)) std::cerr << line << '\n';
  }
  void failed(const Error& error) override { report(error); }
  void fallback(std::string_view text) override { std::cerr << "fallback: " << text << '\n'; }
  void summary(std::string_view text) override { std::cerr << text << std::flush; }
};

class QuietView : public LinesView {
 public:
  void plan(const Plan& plan) override {
    for (const PlanRow& row : plan.rows)
      if (row.verdict == Verdict::Short) warning(std::string(info(row.stage).name) + " " + row.reason);
  }
  void stage_done(StageId, bool, double) override {}
  void note(std::string_view) override {}
};

class BarView : public LinesView {
 public:
  void progress(const ProgressReport& report) override {
    const double now = steady_seconds();
    if (now - shown_ < 0.1) return;
    shown_ = now;
    constexpr int width = 24;
    const int filled = static_cast<int>(std::lround(report.share * width));
    std::string bar;
    for (int i = 0; i < width; ++i) bar += i < filled ? "━" : "─";
    std::string line =
        fmt::format("\r\033[K{:<30} {} {:3.0f} %", info(report.stage).doing, bar, 100 * report.share);
    if (report.remaining_seconds)
      line += "  " + duration_text(*report.remaining_seconds) + " left";
    else if (report.stage_remaining)
      line += "  " + duration_text(*report.stage_remaining) + " left in this step";
    std::cerr << line << std::flush;
  }
  void stage_done(StageId stage, bool reused, double seconds) override {
    clear();
    LinesView::stage_done(stage, reused, seconds);
  }
  void note(std::string_view text) override {
    clear();
    LinesView::note(text);
  }
  void warning(std::string_view text) override {
    clear();
    LinesView::warning(text);
  }
  void failed(const Error& error) override {
    clear();
    LinesView::failed(error);
  }
  void summary(std::string_view text) override {
    clear();
    LinesView::summary(text);
  }
  ~BarView() override { clear(); }

 private:
  static void clear() { std::cerr << "\r\033[K" << std::flush; }
  double shown_ = -1;
};

class JsonView : public ProgressView {
 public:
  void progress(const ProgressReport& report) override {
    const double now = steady_seconds();
    if (now - shown_ < 0.1 && report.stage == stage_) return;
    shown_ = now;
    stage_ = report.stage;
    Json event = {{"event", "progress"},
                  {"stage", info(report.stage).name},
                  {"share", std::round(report.share * 1000) / 1000}};
    if (report.stage_remaining) event["stage_remaining_seconds"] = std::round(*report.stage_remaining);
    if (report.remaining_seconds) event["remaining_seconds"] = std::round(*report.remaining_seconds);
    emit(event);
  }
  void stage_done(StageId stage, bool reused, double seconds) override {
    emit({{"event", "stage_done"},
          {"stage", info(stage).name},
          {"reused", reused},
          {"seconds", std::round(seconds * 100) / 100}});
  }
  void note(std::string_view text) override { emit({{"event", "note"}, {"text", text}}); }
  void warning(std::string_view text) override { emit({{"event", "warning"}, {"text", text}}); }
  void heard(const HeardUnit& unit) override {
    Json segments = Json::array();
    for (const Segment& segment : unit.segments)
      segments.push_back({{"start", json_time(segment.span.start.value)},
                          {"end", json_time(segment.span.end.value)},
                          {"speaker", segment.speaker_id},
                          {"name", segment.speaker_name},
                          {"text", segment.text}});
    emit({{"event", "segments"}, {"track", unit.track}, {"unit", unit.unit}, {"segments", segments}});
  }
  void plan(const Plan& plan) override {
    Json event = plan_json(plan);
    event["event"] = "plan";
    emit(event);
  }
  void failed(const Error& error) override {
    emit({{"event", "failed"},
          {"code", name(error.code)},
          {"message", without_secrets(error.message)},
          {"advice", advice(error)}});
  }
  void fallback(std::string_view text) override { emit({{"event", "fallback"}, {"text", text}}); }
  void summary(std::string_view text) override { emit({{"event", "summary"}, {"text", text}}); }

 private:
  static void emit(const Json& event) { std::cerr << to_line(event) << std::endl; }
  double shown_ = -1;
  StageId stage_ = StageId::Export;
};

}  // namespace

std::unique_ptr<ProgressView> make_progress_view(const std::string& kind) {
  if (kind == "json") return std::make_unique<JsonView>();
  if (kind == "none") return std::make_unique<QuietView>();
  if (kind == "bar" || ::isatty(STDERR_FILENO) == 1) return std::make_unique<BarView>();
  return std::make_unique<LinesView>();
}

Status plan_first(CheckedOptions& checked, ProgressView& view) {
  const auto devices = TRY(find_devices());
  const Plan plan = TRY(plan_run(checked, *devices, interrupt_token()));
  view.plan(plan);
  return follow_plan(plan, checked);
}

}  // namespace skald::cli
