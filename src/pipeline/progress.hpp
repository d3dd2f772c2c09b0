// How far a run is, and how long it will take as far as that has been measured.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "pipeline/ports.hpp"
#include "pipeline/stage.hpp"

namespace skald {

struct ProgressReport {
  StageId stage = StageId::Decode;
  double share = 0;                         // of this stage
  std::optional<double> remaining_seconds;  // of the run; empty where nothing was measured yet
  std::optional<double> stage_remaining;    // of this stage
};

/// What one unit of the transcription says.
struct HeardUnit {
  std::size_t track = 1;  // from 1 on
  std::size_t unit = 0;   // 0 begins the track, anew where it was heard before
  std::vector<Segment> segments;
};

/// Who hears of a run's progress.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void progress(const ProgressReport& report) = 0;
  virtual void stage_done(StageId stage, bool reused, double seconds) = 0;
  virtual void note(std::string_view text) = 0;     // worth knowing
  virtual void warning(std::string_view text) = 0;  // worth acting on
  /// Was just written down; borders and speakers may still change.
  virtual void heard(const HeardUnit&) {}
};

/// Estimates from this run's pace and from earlier runs on this machine; never from constants.
class ProgressMeter {
 public:
  using Clock = std::function<double()>;  // seconds, monotonic

  ProgressMeter(RunObserver& observer, TimingBook& timings, Clock clock);
  /// The stages that this run will go through, with the variant (model, precision) their pace depends on.
  void plan(StageId stage, std::string variant);
  void set_audio_seconds(double seconds) { audio_seconds_ = seconds; }
  void begin(StageId stage);
  void update(double share);
  enum class Outcome { Computed, Reused };
  void end(Outcome outcome);

 private:
  ProgressReport report(double share) const;
  RunObserver& observer_;
  TimingBook& timings_;
  Clock clock_;
  std::map<StageId, std::string> planned_;
  std::optional<double> audio_seconds_;
  StageId stage_ = StageId::Decode;
  double started_ = 0;
  double first_share_ = -1;  // of work that was there when the stage went on
  double first_time_ = 0;
  double share_ = 0;
};

}  // namespace skald
