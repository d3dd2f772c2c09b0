// An observer that writes down what it hears.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/progress.hpp"

namespace skald {

struct Recorder : RunObserver {
  void progress(const ProgressReport& report) override { reports.push_back(report); }
  void stage_done(StageId stage, bool reused, double) override { done.emplace_back(stage, reused); }
  void note(std::string_view text) override { notes.emplace_back(text); }
  void warning(std::string_view text) override { warnings.emplace_back(text); }
  std::vector<ProgressReport> reports;
  std::vector<std::pair<StageId, bool>> done;
  std::vector<std::string> notes, warnings;
};

struct Timings : TimingBook {
  std::optional<double> seconds_per_second(std::string_view stage, std::string_view variant) override {
    const auto found = rates.find(std::string(stage) + "/" + std::string(variant));
    return found == rates.end() ? std::nullopt : std::optional(found->second);
  }
  void record(std::string_view stage, std::string_view variant, double audio_seconds,
              double seconds) override {
    rates[std::string(stage) + "/" + std::string(variant)] = seconds / audio_seconds;
  }
  std::map<std::string, double> rates;
};

}  // namespace skald
