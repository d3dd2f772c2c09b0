// The main job: a recording goes in, a classified transcript comes out.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/progress.hpp"
#include "service/session/options.hpp"

namespace skald {

class Store;

struct RunOutcome {
  std::filesystem::path directory;     // of the results; empty where the run ended before export
  std::vector<std::string> fallbacks;  // one line each; not empty: exit status 3
  std::string summary;                 // a few lines for people
};

/// Runs the stages, or goes on where an earlier run of the same command ended. Everything that was finished
/// is kept.
Result<RunOutcome> process(Store& store, const CheckedOptions& checked, RunObserver& observer,
                           const CancelToken& cancel);

/// One stage alone, with those it needs before it.
Result<std::vector<Chunk>> transcribe_recording(Store& store, const CheckedOptions& checked,
                                                RunObserver& observer, const CancelToken& cancel);
Result<Diarization> diarize_recording(Store& store, const CheckedOptions& checked, RunObserver& observer,
                                      const CancelToken& cancel);

struct LabelledLines {
  std::vector<Label> labels;        // one a segment, in order
  std::vector<Fallback> fallbacks;  // not empty: exit status 3
};

/// Labels for segments that are there already.
Result<LabelledLines> classify_lines(Store& store, const std::string& segments_jsonl,
                                     const CheckedOptions& checked, RunObserver& observer,
                                     const CancelToken& cancel);

}  // namespace skald
