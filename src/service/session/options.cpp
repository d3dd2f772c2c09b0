#include "service/session/options.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/party.hpp"
#include "pipeline/memory/need.hpp"
#include "service/backends/backends.hpp"
#include "service/labels/session_labels.hpp"
#include "service/labels/speech_service.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

Status check_recording(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  const std::string name = "'" + path.string() + "'";
  if (!fs::exists(status)) return fail(ErrorCode::NotFound, "there is no file " + name);
  if (fs::is_directory(status))
    return fail(ErrorCode::InvalidInput, name + " is a folder, not a recording",
                "Name the audio or video file in it.");
  if (!fs::is_regular_file(status)) return fail(ErrorCode::InvalidInput, name + " is not a regular file");
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    Error unreadable = errno_error(errno, "cannot read", path.string());
    unreadable.code = ErrorCode::NotFound;
    unreadable.advice = "Check the file's permissions.";
    return tl::unexpected(std::move(unreadable));
  }
  if (fs::file_size(path, error) == 0) return fail(ErrorCode::InvalidInput, name + " is empty");
  return {};
}

Status check_output(const fs::path& folder) {
  if (Status made = make_directories(folder); !made) {
    made.error().advice = "Give a folder that you may write to with --output.";
    return made;
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    Error denied = errno_error(errno, "cannot write into", folder.string());
    denied.advice = "Give a folder that you may write to with --output.";
    return tl::unexpected(std::move(denied));
  }
  return {};
}

Status check_speakers(const ProcessOptions& o) {
  for (const auto& [name, value] : {std::pair{"--speakers", o.speakers},
                                    {"--min-speakers", o.min_speakers},
                                    {"--max-speakers", o.max_speakers}})
    if (value && (*value < 1 || *value > 32))
      return fail(ErrorCode::Usage,
                  std::string(name) + " must be from 1 to 32, not " + std::to_string(*value));
  if (o.speakers && (o.min_speakers || o.max_speakers))
    return fail(ErrorCode::Usage,
                "--speakers already says how many; leave --min-speakers and --max-speakers out");
  if (o.min_speakers && o.max_speakers && *o.min_speakers > *o.max_speakers)
    return fail(ErrorCode::Usage, "--min-speakers is larger than --max-speakers");
  return {};
}

Status check_languages(ProcessOptions& options, const fs::path& model) {
  const auto known = TRY(model_languages(model));
  const auto unknown = [&](const std::string& language) {
    return std::find(known.begin(), known.end(), language) == known.end();
  };
  if (options.language_choice == LanguageChoice::Auto &&
      !std::all_of(options.languages.begin(), options.languages.end(), unknown))
    std::erase_if(options.languages, unknown);
  for (const std::string& language : options.languages)
    if (unknown(language)) {
      std::string list;
      for (const std::string& name : known) list += (list.empty() ? "" : " ") + name;
      return fail(ErrorCode::Usage, "the speech model does not know the language '" + language + "'",
                  "It knows: " + list + ".");
    }
  return {};
}

Status check_stages(const ProcessOptions& o) {
  if (o.from && o.until && *o.until < *o.from)
    return fail(ErrorCode::Usage, "--until names a stage before that of --from",
                "The order is: " + stage_names() + ".");
  return {};
}

}  // namespace

std::set<StageId> wanted_stages(const ProcessOptions& options) {
  if (!options.only.empty()) return options.only;
  std::set<StageId> stages;
  for (const StageInfo& stage : kStages)
    if (!options.until || stage.id <= *options.until) stages.insert(stage.id);
  if (options.skip.contains(Skippable::Diarization)) stages.erase(StageId::Diarize);
  if (options.skip.contains(Skippable::Classification)) stages.erase(StageId::Classify);
  return stages;
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

int default_threads() {
  return std::min(usable_cores(), 16);
}

Status find_classifier(const ProcessOptions& options, CheckedOptions& checked) {
  TRY_VOID(check_backend(BackendKind::Classifier, options.classifier));
  const bool wanted = wanted_stages(options).contains(StageId::Classify);
  if (wanted && options.classifier != kBuiltInClassifier)
    TRY(target_of(options.classifier, options.services));
  checked.text_model = TRY(find_model("e5-small"));
  checked.head = data_folder() / "classification" / "head.bin";
  const auto dialogue = data_folder() / "classification" / "dialogue.bin";
  std::error_code error;
  if (std::filesystem::exists(dialogue, error)) checked.dialogue = dialogue;
  if (options.threads < 0 || options.threads > 256)
    return fail(ErrorCode::Usage, "--threads must be from 1 to 256");
  checked.threads = options.threads > 0 ? options.threads : default_threads();
  return {};
}

std::string names_to_expect(const CheckedOptions& checked) {
  const std::string names = checked.party ? hotwords(*checked.party) : std::string();
  const std::string& prompt = checked.options.prompt;
  return names.empty() || prompt.empty() ? names + prompt : names + ", " + prompt;
}

SpeechTask speech_task(const CheckedOptions& checked) {
  const ProcessOptions& options = checked.options;
  return {checked.speech_model, options.languages,    options.device,    options.beam,
          checked.batch,        options.memory_limit, options.memory_use};
}

Result<CheckedOptions> check_classifier(ProcessOptions options) {
  CheckedOptions checked;
  if (!options.party_file.empty()) checked.party = TRY(read_party(options.party_file, options.party_id));
  TRY_VOID(find_classifier(options, checked));
  checked.options = std::move(options);
  return checked;
}

Status find_recogniser(ProcessOptions& options, CheckedOptions& checked) {
  checked.speech_model = TRY(find_speech_model(options.model));
  TRY_VOID(check_languages(options, checked.speech_model));
  std::error_code error;
  checked.batch =
      TRY(cpu_batch_within(options.memory_limit, fs::file_size(checked.speech_model / "model.bin", error)));
  if (options.memory_use == MemoryUse::Least) checked.batch = 1;
  return {};
}

Status choose_languages(ProcessOptions& options, const std::string& language, const std::string& among) {
  const bool any = language == "auto";
  options.language_choice = any ? LanguageChoice::Auto : LanguageChoice::Named;
  options.languages.clear();
  for (const std::string& part : split(any ? among : language, ','))
    if (!trim(part).empty()) options.languages.emplace_back(trim(part));
  if (options.languages.empty())
    return fail(ErrorCode::Usage, "no language is named", "For example: --language en");
  return {};
}

Status choose_stage(std::optional<StageId>& stage, const std::string& name, std::string_view option) {
  if (name.empty()) return {};
  stage = stage_from(name);
  if (stage) return {};
  return fail(ErrorCode::Usage, std::string(option) + " does not know the stage '" + name + "'",
              "Known: " + stage_names() + ".");
}

std::string name_of_recording(const ProcessOptions& options, std::size_t number) {
  return number < options.called.size() ? options.called[number]
                                        : options.recordings[number].filename().string();
}

Result<CheckedOptions> check(ProcessOptions options) {
  if (options.recordings.empty() && options.scope != Scope::PlanOnly)
    return fail(ErrorCode::Usage, "no recording is named", "For example: skald process session.mp3");
  for (const fs::path& recording : options.recordings) TRY_VOID(check_recording(recording));
  if (!options.called.empty() && options.called.size() != options.recordings.size())
    return fail(ErrorCode::Usage, "--called must be given once for each recording");
  TRY_VOID(check_speakers(options));
  TRY_VOID(check_stages(options));
  TRY_VOID(check_backend(BackendKind::Transcriber, options.transcriber));
  const bool words_wanted = wanted_stages(options).contains(StageId::Transcribe);
  if (words_wanted && options.transcriber != kBuiltInTranscriber)
    TRY(speech_service(options.transcriber, options.services));
  TRY_VOID(check_backend(BackendKind::Diarizer, options.diarizer));
  CheckedOptions checked;
  if (!options.party_file.empty()) checked.party = TRY(read_party(options.party_file, options.party_id));
  if (words_wanted || options.only.empty()) TRY_VOID(find_recogniser(options, checked));
  checked.speaker_model = TRY(find_model("community-1"));
  TRY_VOID(find_classifier(options, checked));
  if (options.scope == Scope::Session) TRY_VOID(check_output(options.output));
  if (options.session.empty() && !options.recordings.empty())
    options.session = fs::path(name_of_recording(options, 0)).stem().string();
  checked.options = std::move(options);
  return checked;
}

}  // namespace skald
