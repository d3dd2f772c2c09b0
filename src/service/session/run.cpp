#include "service/session/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>

#include "formats/segments.hpp"
#include "formats/transcript.hpp"
#include "service/review/review_book.hpp"
#include "service/session/run_state.hpp"

namespace skald {
namespace {

std::string summarize(const SessionResult& result) {
  std::map<std::string, double> spoken;
  std::map<Classification, double> labels;
  double labelled = 0;
  for (const Segment& segment : result.segments) {
    spoken[shown_name(segment)] += segment.span.length().value;
    if (!segment.label) continue;
    labels[segment.label->classification] += segment.span.length().value;
    labelled += segment.span.length().value;
  }
  std::string text = fmt::format("{:.1f} minutes, {} segments, {} speakers\n", result.duration.value / 60,
                                 result.segments.size(), spoken.size());
  std::size_t width = 12;
  for (const auto& [name, seconds] : spoken) width = std::max(width, name.size());
  for (const auto& [name, seconds] : spoken)
    text += fmt::format("  {:<{}} {:6.1f} min\n", name, width, seconds / 60);
  if (labelled > 0)
    text +=
        fmt::format("  in character {:.0f} %, out of character {:.0f} %, mixed {:.0f} %\n",
                    100 * labels[Classification::IC] / labelled, 100 * labels[Classification::OOC] / labelled,
                    100 * labels[Classification::MIXED] / labelled);
  if (result.segments.empty()) text += "  no speech was found in this recording\n";
  return text;
}

// The line for people, which the log gets too.
std::string tell(SessionRun& run, const Fallback& f) {
  std::string line = fmt::format("{}: {} instead of {} ({})", f.stage, f.used, f.wanted, f.reason);
  run.log().write({LogLevel::Warning, {}, {}, "fallback: " + line});
  return line;
}

void log_end(SessionRun& run, const Error& error) {
  const bool cancelled = error.code == ErrorCode::Cancelled;
  run.log().write({cancelled ? LogLevel::Warning : LogLevel::Error, {}, {}, describe(error)});
}

Status go_through(SessionRun& run, RunOutcome& outcome) {
  TRY_VOID(run.prepare());
  struct StageWork {
    StageId stage;
    Status (SessionRun::*work)();
  };
  const StageWork steps[] = {
      {StageId::Decode, &SessionRun::decode_all},   {StageId::Listen, &SessionRun::listen_all},
      {StageId::Diarize, &SessionRun::diarize_all}, {StageId::Transcribe, &SessionRun::transcribe_all},
      {StageId::Assign, &SessionRun::assign_words}, {StageId::Classify, &SessionRun::classify_segments}};
  for (const StageWork& step : steps) {
    TRY_VOID((run.*step.work)());
    if (run.ends_after(step.stage)) return {};
  }
  outcome.directory = TRY(run.export_results());
  return {};
}

}  // namespace

Result<RunOutcome> process(Store& store, const CheckedOptions& checked, RunObserver& observer,
                           const CancelToken& cancel) {
  SessionRun run(store, checked, observer, cancel);
  RunOutcome outcome;
  if (Status status = go_through(run, outcome); !status) {
    log_end(run, status.error());
    // The database itself may be what cannot be written; the first error is the one to tell.
    (void)run.finish(status.error().code == ErrorCode::Cancelled ? RunState::Cancelled : RunState::Failed);
    return tl::unexpected(status.error());
  }
  TRY_VOID(run.finish(RunState::Finished));
  // What is not searched yet is no reason to fail a finished run: the next one, or the server, makes up for
  // it.
  if (const auto reviews = ReviewBook::open(store.home())) (void)(*reviews)->index_all();
  for (const Fallback& f : run.result().fallbacks) outcome.fallbacks.push_back(tell(run, f));
  outcome.summary = summarize(run.result());
  return outcome;
}

namespace {

using Step = Status (SessionRun::*)();

Status take_steps(SessionRun& run, std::initializer_list<Step> steps) {
  TRY_VOID(run.prepare());
  for (const Step step : steps) TRY_VOID((run.*step)());
  return {};
}

Status close(SessionRun& run, Status status) {
  if (!status) log_end(run, status.error());
  const bool cancelled = !status && status.error().code == ErrorCode::Cancelled;
  (void)run.finish(status ? RunState::Finished : cancelled ? RunState::Cancelled : RunState::Failed);
  return status;
}

// What another stage fell back from, as by a setting, is no matter of this one.
template <typename T>
StageOutcome<T> outcome_of(SessionRun& run, StageId stage, T made) {
  StageOutcome<T> outcome{std::move(made), {}};
  for (const Fallback& f : run.result().fallbacks)
    if (f.stage == info(stage).name) outcome.fallbacks.push_back(tell(run, f));
  return outcome;
}

}  // namespace

namespace {

Result<Transcript> transcript_of(SessionRun& run, Status done) {
  TRY_VOID(close(run, std::move(done)));
  const Track& track = run.tracks().front();
  return Transcript{run.result().duration, TRY(read_words(track.words->directory / "words.json")),
                    TRY(run.diarization_of(track))};
}

}  // namespace

Result<StageOutcome<Transcript>> transcribe_recording(Store& store, const CheckedOptions& checked,
                                                      RunObserver& observer, const CancelToken& cancel) {
  SessionRun run(store, checked, observer, cancel);
  Status done = take_steps(run, {&SessionRun::decode_all, &SessionRun::listen_all});
  if (done && checked.options.only.contains(StageId::Diarize)) done = run.diarize_all();
  if (done) done = run.transcribe_all();
  auto transcript = transcript_of(run, std::move(done));
  if (checked.options.traces == Traces::Remove) TRY_VOID(run.forget());
  return outcome_of(run, StageId::Transcribe, TRY(std::move(transcript)));
}

Result<StageOutcome<Diarization>> diarize_recording(Store& store, const CheckedOptions& checked,
                                                    RunObserver& observer, const CancelToken& cancel) {
  SessionRun run(store, checked, observer, cancel);
  TRY_VOID(close(
      run, take_steps(run, {&SessionRun::decode_all, &SessionRun::listen_all, &SessionRun::diarize_all})));
  return outcome_of(run, StageId::Diarize, TRY(run.diarization_of(run.tracks().front())));
}

Result<StageOutcome<std::vector<Label>>> classify_lines(Store& store, const std::string& segments_jsonl,
                                                        const CheckedOptions& checked, RunObserver& observer,
                                                        const CancelToken& cancel) {
  SessionRun run(store, checked, observer, cancel);
  auto labels = run.classify_file(segments_jsonl);
  if (Status status = close(run, labels ? Status() : tl::unexpected(labels.error())); !status)
    return tl::unexpected(status.error());
  return outcome_of(run, StageId::Classify, std::move(*labels));
}

}  // namespace skald
