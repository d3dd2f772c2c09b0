// What a user asks of `skald process`, and whether it can be done.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"
#include "formats/results.hpp"
#include "pipeline/stage.hpp"
#include "service/backends/backends.hpp"
#include "service/session/log.hpp"
#include "service/settings/llm_services.hpp"
#include "service/speech/speech_steps.hpp"

namespace skald {

enum class Skippable { Diarization, Classification, Snippets };
enum class Resume { GoOn, Fresh, Upgrade };  // Upgrade: of a session that was processed before
enum class LanguageChoice { Auto, Named };   // Auto: what the model does not know is left out
// SingleStage: no results folder, no session. PlanOnly: no recording either.
enum class Scope { Session, SingleStage, PlanOnly };

enum class Traces { Keep, Remove };  // Remove: nothing stays of a single stage's run once it is over

struct ProcessOptions {
  std::vector<std::filesystem::path> recordings;
  std::vector<std::string> called;  // what the recordings are called where their files are not; or none
  std::string session;              // empty: the first recording's name
  std::filesystem::path output = "output";
  std::filesystem::path party_file;
  std::string party_id;
  std::vector<std::string> languages = {"en", "nl"};
  LanguageChoice language_choice = LanguageChoice::Auto;
  Scope scope = Scope::Session;
  std::optional<int> speakers, min_speakers, max_speakers;
  std::string model = "whisper-base";
  std::string transcriber = "whisper";
  std::string diarizer = "community-1";
  std::string classifier = "e5";
  LlmServices services;  // addresses, keys and models of services
  std::string device = "auto";
  std::set<Skippable> skip;
  std::set<StageId> only;  // of a command for one stage: that stage and those it needs; empty: all
  std::optional<StageId> from, until;
  std::map<std::string, std::string> names;  // --map SPEAKER_00=Name
  int threads = 0;                           // 0: as many as there are cores
  int stream = -1;
  int beam = 0;
  std::uint64_t memory_limit = 0;  // bytes for one worker; 0: none
  MemoryUse memory_use = MemoryUse::Usual;
  Resume resume = Resume::GoOn;
  Traces traces = Traces::Keep;
  std::string prompt;  // names that may be said, besides those of the party
  LogSettings log;
  std::vector<Fallback> fallbacks;  // that were decided before the run began
};

/// Options that name existing, readable things; nothing is started otherwise.
struct CheckedOptions {
  ProcessOptions options;
  std::optional<Party> party;
  std::filesystem::path speech_model;
  std::filesystem::path speaker_model;
  std::filesystem::path text_model;
  std::filesystem::path head;
  std::filesystem::path dialogue;  // weights of the reader of dialogues; empty: not there
  int threads = 1;
  int batch = 0;  // chunks of speech at a time; 0: the worker's own choice
};

Result<CheckedOptions> check(ProcessOptions options);

inline constexpr std::string_view kAutoLanguages = "en,nl";
/// "auto", which chooses among those that `among` names, or codes; with commas between them.
Status choose_languages(ProcessOptions& options, const std::string& language, const std::string& among);

/// The stage of that name, for the option `option`; an empty name: none.
Status choose_stage(std::optional<StageId>& stage, const std::string& name, std::string_view option);

/// What a recording is called, by its number from 0 on.
std::string name_of_recording(const ProcessOptions& options, std::size_t number);

/// The stages that options ask for.
std::set<StageId> wanted_stages(const ProcessOptions& options);

/// Names that may be said: of the party, and of the prompt.
std::string names_to_expect(const CheckedOptions& checked);

/// What transcription on this machine is asked to do.
SpeechTask speech_task(const CheckedOptions& checked);

/// For `skald classify`: only what the classifier needs.
Result<CheckedOptions> check_classifier(ProcessOptions options);

/// Cores that this process may use.
int usable_cores();
/// Threads where none are named.
int default_threads();

}  // namespace skald
