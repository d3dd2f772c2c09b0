#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli.hpp"
#include "service/settings/presets.hpp"

namespace skald::cli {

CommonOptions::CommonOptions() {
  for (std::string* unset :
       {&process.model, &process.device, &process.transcriber, &process.diarizer, &process.classifier})
    unset->clear();
}

void add_common(CLI::App& command, CommonOptions& o) {
  command.add_option("--language", o.language, "Language of the recording: a code such as en or nl, or auto");
  command.add_option("--languages", o.languages,
                     "Languages that auto chooses among, for each piece of speech");
  command.add_option("--speakers", o.process.speakers, "How many people speak");
  command.add_option("--min-speakers", o.process.min_speakers, "At least so many people speak");
  command.add_option("--max-speakers", o.process.max_speakers, "At most so many people speak");
  command.add_option("--model", o.process.model,
                     "Speech model: a name from `skald models list`, or a CTranslate2 folder");
  command.add_option("--party", o.process.party_file, "Party file: who plays whom")->type_name("FILE");
  command.add_option("--party-id", o.process.party_id, "Which party, where the file holds several");
  command.add_option("--threads", o.process.threads, "Threads to use; default: all cores");
  command
      .add_option("--memory-limit", o.process.memory_limit,
                  "Most memory that one step may take: bytes, or 800M, 2G")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("BYTES");
  command.add_option("--beam", o.process.beam, "Beam size of the recogniser");
  command.add_option("--device", o.process.device, "cpu, cuda or auto")
      ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
  command.add_option("--progress", o.progress, "bar, json or none")
      ->check(CLI::IsMember({"bar", "json", "none"}));
  command.add_flag("--fresh", o.fresh, "Do everything anew, even where results of earlier runs are there");
}

void add_backend_options(CLI::App& command, CommonOptions& o) {
  add_preset(command, o);
  add_transcriber(command, o);
  add_diarizer(command, o);
  add_classifier(command, o);
}

void add_preset(CLI::App& command, CommonOptions& o) {
  command.add_option("--preset", o.preset,
                     "Backends for a kind of machine: local, cpu, low-memory, groq, mixed");
}

void add_transcriber(CLI::App& command, CommonOptions& o) {
  command.add_option("--transcriber", o.process.transcriber,
                     "Who writes down what is said: whisper (built in), groq, openai");
}

void add_diarizer(CLI::App& command, CommonOptions& o) {
  command.add_option("--diarizer", o.process.diarizer, "Who tells speakers apart: community-1 (built in)");
}

void add_classifier(CLI::App& command, CommonOptions& o) {
  command.add_option("--classifier", o.process.classifier,
                     "Who tells story from table talk: e5 (built in), ollama, groq, openai, compatible");
  command.add_option("--classifier-model", o.classifier_model, "Model of the classifier's service");
}

void add_end_with(CLI::App& command, int& parent) {
  command
      .add_option("--end-with", parent,
                  "End together with the process of this number, which started this one")
      ->type_name("PID");
}

void add_full(CLI::App& command, CommonOptions& o) {
  command.add_option("recording", o.recordings, "The recording; or one file per player, all on one clock")
      ->type_name("RECORDING");
  command.add_option("--session", o.process.session, "Name of the session; default: the file's name");
  command
      .add_option("--called", o.process.called,
                  "What a recording is called, where its file is not; once for each")
      ->allow_extra_args(false);
  command.add_option("--output", o.recordings_output, "Folder for the results")->type_name("DIR");
  add_backend_options(command, o);
  command.add_option("--skip", o.skip,
                     "Leave out, separated by commas: diarization, classification, snippets");
  command.add_option("--from", o.from, "Do this stage and all that follows anew")->type_name("STAGE");
  command.add_option("--until", o.until, "Stop after this stage")->type_name("STAGE");
  command.add_option("--map", o.names, "Who a speaker is: SPEAKER_00=Name; may be repeated")
      ->allow_extra_args(false);
  command.add_flag(
      "--upgrade", o.upgrade,
      "Ask the chosen backends again for what a stand-in did in an earlier run; the rest is kept");
  command.add_option("--stream", o.process.stream,
                     "Audio stream of the file, by number; default: the best one");
}

namespace {

Status read_skip(const std::string& text, ProcessOptions& options) {
  for (const std::string& part : split(text, ',')) {
    const std::string word(trim(part));
    if (word == "diarization")
      options.skip.insert(Skippable::Diarization);
    else if (word == "classification")
      options.skip.insert(Skippable::Classification);
    else if (word == "snippets")
      options.skip.insert(Skippable::Snippets);
    else if (!word.empty())
      return fail(ErrorCode::Usage, "--skip does not know '" + word + "'",
                  "Known: diarization, classification, snippets.");
  }
  return {};
}

}  // namespace

Result<ProcessOptions> resolve(const CommonOptions& o) {
  ProcessOptions options = o.process;
  const Settings settings = TRY(Settings::load());
  for (const std::string& recording : o.recordings) options.recordings.emplace_back(recording);
  options.output = o.recordings_output;
  if (o.fresh && o.upgrade)
    return fail(ErrorCode::Usage, "--fresh does everything anew, --upgrade keeps what is good; choose one");
  options.resume = o.fresh ? Resume::Fresh : o.upgrade ? Resume::Upgrade : Resume::GoOn;
  const std::string language =
      !o.language.empty() ? o.language : ascii_lower(settings.text("WHISPER_LANGUAGE"));
  TRY_VOID(choose_languages(options, language, o.languages));
  TRY_VOID(read_skip(o.skip, options));
  TRY_VOID(choose_stage(options.from, o.from, "--from"));
  TRY_VOID(choose_stage(options.until, o.until, "--until"));
  for (const std::string& pair : o.names) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size())
      return fail(ErrorCode::Usage, "--map wants SPEAKER=Name, not '" + pair + "'",
                  "For example: --map SPEAKER_00=Anna");
    options.names[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  std::optional<Preset> preset;
  if (!o.preset.empty()) preset = TRY(chosen_preset(o.preset, settings));
  if (preset) choose_backends(*preset, options);
  TRY_VOID(apply(settings, options));
  if (preset) choose_models(*preset, options);
  if (!o.classifier_model.empty()) options.services.choose_model(options.classifier, o.classifier_model);
  return options;
}

}  // namespace skald::cli
