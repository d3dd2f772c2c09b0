// transcribe, diarize, classify: one stage alone, on standard output.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <set>

#include "cli.hpp"
#include "domain/assign.hpp"
#include "formats/captions.hpp"
#include "formats/diarization.hpp"
#include "formats/rttm.hpp"
#include "formats/segments.hpp"
#include "formats/transcript.hpp"
#include "platform/process/program.hpp"
#include "progress_view.hpp"
#include "service/session/run.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

struct StageOptions {
  CommonOptions common;
  std::string audio;
  std::string format;
  bool diarize = false;
  bool forget = false;
  int parent = 0;
};

/// What a command prints; not empty fallbacks: exit status 3.
using Printed = StageOutcome<std::string>;

std::string transcript_text(const Transcript& transcript, const std::string& format) {
  if (format == "json") return to_pretty(to_json(transcript));
  const bool named = !transcript.diarization.turns.empty();
  std::string text;
  std::vector<Cue> cues;
  for (const Segment& segment : assign(transcript.chunks, transcript.diarization)) {
    if (format == "txt") text += (named ? segment.speaker_id + ": " : "") + segment.text + '\n';
    for (Cue& cue : make_cues(segment, named ? segment.speaker_id : "")) cues.push_back(std::move(cue));
  }
  cues = readable(std::move(cues));
  return format == "srt" ? to_srt(cues) : format == "vtt" ? to_vtt(cues) : text;
}

Result<CheckedOptions> check_single(StageOptions& options, std::set<StageId> stages) {
  options.common.recordings = {options.audio};
  ProcessOptions process = TRY(resolve(options.common));
  process.scope = Scope::SingleStage;
  process.only = std::move(stages);
  return check(std::move(process));
}

Result<Printed> run_transcribe(StageOptions& options, ProgressView& view) {
  std::set<StageId> stages = {StageId::Decode, StageId::Listen, StageId::Transcribe};
  if (options.diarize) stages.insert(StageId::Diarize);
  options.common.process.traces = options.forget ? Traces::Remove : Traces::Keep;
  CheckedOptions checked = TRY(check_single(options, std::move(stages)));
  TRY_VOID(plan_first(checked, view));
  const auto store = TRY(Store::open(default_home()));
  auto done = TRY(transcribe_recording(*store, checked, view, interrupt_token()));
  return Printed{transcript_text(done.made, options.format), std::move(done.fallbacks)};
}

Result<Printed> run_diarize(StageOptions& options, ProgressView& view) {
  CheckedOptions checked = TRY(check_single(options, {StageId::Decode, StageId::Listen, StageId::Diarize}));
  TRY_VOID(plan_first(checked, view));
  const auto store = TRY(Store::open(default_home()));
  auto done = TRY(diarize_recording(*store, checked, view, interrupt_token()));
  return Printed{options.format == "json"
                     ? to_pretty(to_json(done.made))
                     : to_rttm(done.made.turns, checked.options.recordings.front().stem().string()),
                 std::move(done.fallbacks)};
}

Result<Printed> run_classify(StageOptions& options, ProgressView& view) {
  ProcessOptions process = TRY(resolve(options.common));
  process.only = {StageId::Classify};
  const auto lines = TRY(read_segments(options.audio));
  CheckedOptions checked = TRY(check_classifier(std::move(process)));
  if (lines.empty()) return Printed{};
  TRY_VOID(plan_first(checked, view));
  const auto store = TRY(Store::open(default_home()));
  std::string jobs;
  for (const SegmentLine& line : lines) jobs += to_line(line.fields) + '\n';
  auto done = TRY(classify_lines(*store, jobs, checked, view, interrupt_token()));
  return Printed{TRY(classified_lines(lines, done.made)), std::move(done.fallbacks)};
}

using Run = Result<Printed> (*)(StageOptions&, ProgressView&);

int print(Run run, StageOptions& options) {
  if (options.parent != 0 && !end_with_parent(options.parent)) return exit_status(ErrorCode::Cancelled);
  const auto view = make_progress_view(options.common.progress);
  const auto done = run(options, *view);
  if (!done) {
    view->failed(done.error());
    return exit_status(done.error().code);
  }
  for (const std::string& line : done->fallbacks) view->fallback(line);
  std::cout << done->made;
  return done->fallbacks.empty() ? 0 : 3;
}

}  // namespace

void add_transcribe(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("transcribe", "Write down what is said, with times");
  auto options = std::make_shared<StageOptions>();
  options->format = "txt";
  command->add_option("audio", options->audio, "The recording")->required()->type_name("AUDIO");
  command->add_option("--format", options->format, "json, srt, vtt or txt")
      ->check(CLI::IsMember({"json", "srt", "vtt", "txt"}));
  command->add_flag("--diarize", options->diarize, "Also tell who speaks");
  add_diarizer(*command, options->common);
  command->add_option("--prompt", options->common.process.prompt, "Names that may be said");
  command->add_flag("--forget", options->forget,
                    "Keep nothing of it: no decoded sound, no text to go on from");
  add_end_with(*command, options->parent);
  add_preset(*command, options->common);
  add_transcriber(*command, options->common);
  add_common(*command, options->common);
  command->footer("Example: skald transcribe session.mp3 --language nl --format srt > session.srt");
  command->callback([options, &chosen] { chosen = [options] { return print(run_transcribe, *options); }; });
}

void add_diarize(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("diarize", "Tell who speaks when");
  auto options = std::make_shared<StageOptions>();
  options->format = "rttm";
  command->add_option("audio", options->audio, "The recording")->required()->type_name("AUDIO");
  command->add_option("--format", options->format, "rttm or json")->check(CLI::IsMember({"rttm", "json"}));
  add_preset(*command, options->common);
  add_diarizer(*command, options->common);
  add_common(*command, options->common);
  command->footer("Example: skald diarize session.mp3 --speakers 5 > session.rttm");
  command->callback([options, &chosen] { chosen = [options] { return print(run_diarize, *options); }; });
}

void add_classify(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("classify", "Label segments: in character or out of character");
  auto options = std::make_shared<StageOptions>();
  command->add_option("segments", options->audio, "One JSON object a line: text, speaker, role, times")
      ->required()
      ->type_name("SEGMENTS.jsonl");
  add_preset(*command, options->common);
  add_classifier(*command, options->common);
  add_common(*command, options->common);
  command->footer("Example: skald classify segments.jsonl --party party.json > labelled.jsonl");
  command->callback([options, &chosen] { chosen = [options] { return print(run_classify, *options); }; });
}

}  // namespace skald::cli
