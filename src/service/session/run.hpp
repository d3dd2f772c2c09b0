// The main job: a recording goes in, a classified transcript comes out.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "formats/full_transcript.hpp"
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

template <typename T>
struct StageOutcome {
  T made;
  std::vector<std::string> fallbacks;  // in this stage, one line each; not empty: exit status 3
};

/// One stage alone, with those it needs before it: `checked.options.only`.
/// Transcription also tells who speaks, where that stage is among them.
Result<StageOutcome<Transcript>> transcribe_recording(Store& store, const CheckedOptions& checked,
                                                      RunObserver& observer, const CancelToken& cancel);
Result<StageOutcome<Diarization>> diarize_recording(Store& store, const CheckedOptions& checked,
                                                    RunObserver& observer, const CancelToken& cancel);
/// Labels for segments that are there already: one a segment, in order.
Result<StageOutcome<std::vector<Label>>> classify_lines(Store& store, const std::string& segments_jsonl,
                                                        const CheckedOptions& checked, RunObserver& observer,
                                                        const CancelToken& cancel);

}  // namespace skald
