// transcribe, diarize, classify: one stage alone, on standard output.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "domain/assign.hpp"
#include "formats/captions.hpp"
#include "formats/diarization.hpp"
#include "formats/rttm.hpp"
#include "formats/segments.hpp"
#include "formats/transcript.hpp"
#include "progress_view.hpp"
#include "service/session/run.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

struct StageOptions {
  CommonOptions common;
  std::string audio;
  std::string format;
  bool fell_back = false;
};

void tell(const Fallback& f, StageOptions& options, ProgressView& view) {
  options.fell_back = true;
  view.fallback(f.stage + ": " + f.used + " instead of " + f.wanted + " (" + f.reason + ")");
}

// A backend of the settings that this version lacks is told where it matters: in its own stage.
void tell_fallbacks(StageOptions& options, const CheckedOptions& checked, std::string_view stage) {
  for (const Fallback& f : checked.options.fallbacks)
    if (f.stage == stage) tell(f, options, *make_progress_view(options.common.progress));
}

std::string transcript_text(const std::vector<Chunk>& chunks, const std::string& format) {
  if (format == "json") {
    Json json = {{"chunks", Json::array()}};
    for (const Chunk& chunk : chunks) json["chunks"].push_back(to_json(chunk));
    return to_pretty(json);
  }
  std::string text;
  std::vector<Cue> cues;
  for (const Segment& segment : assign(chunks, {})) {
    if (format == "txt") text += segment.text + '\n';
    for (Cue& cue : make_cues(segment, "")) cues.push_back(std::move(cue));
  }
  cues = readable(std::move(cues));
  return format == "srt" ? to_srt(cues) : format == "vtt" ? to_vtt(cues) : text;
}

Result<CheckedOptions> check_single(StageOptions& options) {
  options.common.recordings = {options.audio};
  ProcessOptions process = TRY(resolve(options.common));
  process.scope = Scope::SingleStage;
  return check(std::move(process));
}

Result<std::string> run_transcribe(StageOptions& options) {
  const CheckedOptions checked = TRY(check_single(options));
  tell_fallbacks(options, checked, "transcribe");
  const auto store = TRY(Store::open(default_home()));
  const auto view = make_progress_view(options.common.progress);
  return transcript_text(TRY(transcribe_recording(*store, checked, *view, interrupt_token())),
                         options.format);
}

Result<std::string> run_diarize(StageOptions& options) {
  const CheckedOptions checked = TRY(check_single(options));
  tell_fallbacks(options, checked, "diarize");
  const auto store = TRY(Store::open(default_home()));
  const auto view = make_progress_view(options.common.progress);
  const Diarization found = TRY(diarize_recording(*store, checked, *view, interrupt_token()));
  if (options.format == "json") return to_pretty(to_json(found));
  return to_rttm(found.turns, checked.options.recordings.front().stem().string());
}

Result<std::string> run_classify(StageOptions& options) {
  ProcessOptions process = TRY(resolve(options.common));
  const auto lines = TRY(read_segments(options.audio));
  const CheckedOptions checked = TRY(check_classifier(std::move(process)));
  tell_fallbacks(options, checked, "classify");
  const auto store = TRY(Store::open(default_home()));
  const auto view = make_progress_view(options.common.progress);
  if (lines.empty()) return std::string();
  std::string jobs;
  for (const SegmentLine& line : lines) jobs += to_line(line.fields) + '\n';
  const auto labelled = TRY(classify_lines(*store, jobs, checked, *view, interrupt_token()));
  for (const Fallback& f : labelled.fallbacks) tell(f, options, *view);
  return classified_lines(lines, labelled.labels);
}

int print(const Result<std::string>& text, const StageOptions& options) {
  if (!text) {
    make_progress_view(options.common.progress)->failed(text.error());
    return exit_status(text.error().code);
  }
  std::cout << *text;
  return options.fell_back ? 3 : 0;
}

}  // namespace

void add_transcribe(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("transcribe", "Write down what is said, with times");
  auto options = std::make_shared<StageOptions>();
  options->format = "txt";
  command->add_option("audio", options->audio, "The recording")->required()->type_name("AUDIO");
  command->add_option("--format", options->format, "json, srt, vtt or txt")
      ->check(CLI::IsMember({"json", "srt", "vtt", "txt"}));
  add_common(*command, options->common);
  command->footer("Example: skald transcribe session.mp3 --language nl --format srt > session.srt");
  command->callback(
      [options, &chosen] { chosen = [options] { return print(run_transcribe(*options), *options); }; });
}

void add_diarize(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("diarize", "Tell who speaks when");
  auto options = std::make_shared<StageOptions>();
  options->format = "rttm";
  command->add_option("audio", options->audio, "The recording")->required()->type_name("AUDIO");
  command->add_option("--format", options->format, "rttm or json")->check(CLI::IsMember({"rttm", "json"}));
  add_common(*command, options->common);
  command->footer("Example: skald diarize session.mp3 --speakers 5 > session.rttm");
  command->callback(
      [options, &chosen] { chosen = [options] { return print(run_diarize(*options), *options); }; });
}

void add_classify(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("classify", "Label segments: in character or out of character");
  auto options = std::make_shared<StageOptions>();
  command->add_option("segments", options->audio, "One JSON object a line: text, speaker, role, times")
      ->required()
      ->type_name("SEGMENTS.jsonl");
  add_classifier(*command, options->common);
  add_common(*command, options->common);
  command->footer("Example: skald classify segments.jsonl --party party.json > labelled.jsonl");
  command->callback(
      [options, &chosen] { chosen = [options] { return print(run_classify(*options), *options); }; });
}

}  // namespace skald::cli
