// Labels for the segments of a session, asked from a language model in batches.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "engines/llm/target.hpp"
#include "pipeline/ports.hpp"

namespace skald::llm {

/// What of the neighbours a prompt shows.
struct ContextWindow {
  int max_segments = 11;  // before and after a batch, together
  double past_seconds = 45;
  double future_seconds = 30;
};

/// A session to label. Prompts, and the cut into batches, depend on these fields and the model's context
/// alone.
struct LlmJob {
  std::vector<Segment> segments;
  std::vector<std::size_t> wanted;  // indices that need a label; empty: all
  std::optional<Party> party;
  std::vector<SpeakerRole> roles;  // as told or guessed
  ContextWindow context;
  int batch_segments = 0;  // asked at a time, at most; 0: as many as suit the service
};

/// Segments that one call asks for, at most: as the job says, else 24 in Ollama and 40 at a service. Long
/// texts and a small context make it fewer.
int batch_size(const LlmTarget& target, const LlmJob& job);

struct LlmEvents {
  /// Segments that have a label now, of those wanted, and seconds to go as far as measured in this run.
  std::function<void(std::size_t done, std::size_t total, std::optional<double> remaining)> progress =
      [](std::size_t, std::size_t, std::optional<double>) {};
  std::function<void(std::string_view)> note = [](std::string_view) {};     // for the log
  std::function<void(std::string_view)> warning = [](std::string_view) {};  // worth acting on
};

/// Time, as tests replace it.
struct Timing {
  std::function<double()> now;  // seconds, only forward
  /// Waits; returns early when cancelled.
  std::function<void(double seconds, const CancelToken& cancel)> wait;
  std::function<std::string()> day;  // "2026-11-23", UTC: what daily quotas go by
  static Timing real();
};

struct LabelRun {
  std::vector<std::optional<Label>> labels;  // one a segment; nothing: not wanted, or not got
  std::optional<LlmError> stopped;           // why some are missing; nothing: all wanted ones are there
  std::size_t calls = 0;                     // of this run, repeats included
  std::int64_t tokens_in = 0, tokens_out = 0;
  double seconds = 0;          // of this run
  double service_seconds = 0;  // of these, spent waiting for the service
};

/// Asks for what is not in `units` yet: one file a batch, written whole, so that a kill or a later run goes
/// on with the missing segments only. Ids are checked; missing ones are asked again, at last alone. Calls are
/// bounded, and a cancellation ends it within two seconds.
LabelRun label_segments(const LlmTarget& target, const LlmJob& job, const std::filesystem::path& units,
                        const LlmEvents& events, const CancelToken& cancel,
                        const Timing& timing = Timing::real());

/// What a job will take, told before it starts. Tokens are estimated from letters, on the high side.
struct LlmEstimate {
  std::size_t calls = 0;
  std::int64_t tokens = 0;                  // in and out
  int num_ctx = 0;                          // context that the largest batch needs
  std::optional<std::int64_t> tokens_left;  // of today's budget, where one is set
  bool fits_today() const { return !tokens_left || tokens <= *tokens_left; }
};
LlmEstimate estimate(const LlmTarget& target, const LlmJob& job, const std::filesystem::path& units,
                     const Timing& timing = Timing::real());

}  // namespace skald::llm
