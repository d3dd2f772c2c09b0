// The command line: one function a command. Results go to standard output, everything else to standard error.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/ports.hpp"
#include "service/session/options.hpp"

namespace CLI {
class App;
}

namespace skald::cli {

int run(int argc, char** argv);

/// What a command does once its options are read. Returns the exit status.
using Action = std::function<int()>;

// Each adds one command, with its options and an example, to the program; `chosen` gets its action when it is
// called.
void add_process(CLI::App& app, Action& chosen);
void add_plan(CLI::App& app, Action& chosen);
void add_transcribe(CLI::App& app, Action& chosen);
void add_diarize(CLI::App& app, Action& chosen);
void add_classify(CLI::App& app, Action& chosen);
void add_eval(CLI::App& app, Action& chosen);
void add_sessions(CLI::App& app, Action& chosen);
void add_models(CLI::App& app, Action& chosen);
void add_config(CLI::App& app, Action& chosen);
void add_doctor(CLI::App& app, Action& chosen);
void add_keys(CLI::App& app, Action& chosen);
void add_support(CLI::App& app, Action& chosen);
void add_serve(CLI::App& app, Action& chosen);
void add_tokens(CLI::App& app, Action& chosen);

/// Options of `process` that make sense for single stages too.
struct CommonOptions {
  CommonOptions();
  ProcessOptions process;  // text that is empty is taken from the settings
  std::string language;
  std::string languages{kAutoLanguages};
  std::string preset;
  std::string classifier_model;
  std::string skip, from, until;
  std::vector<std::string> names;
  std::string progress;
  std::string recordings_output = "output";
  std::vector<std::string> recordings;
  bool fresh = false;
  bool upgrade = false;
};
void add_common(CLI::App& command, CommonOptions& options);
/// --preset and the backends one by one.
void add_backend_options(CLI::App& command, CommonOptions& options);
void add_preset(CLI::App& command, CommonOptions& options);
void add_transcriber(CLI::App& command, CommonOptions& options);
void add_diarizer(CLI::App& command, CommonOptions& options);
void add_full(CLI::App& command, CommonOptions& options);
void add_classifier(CLI::App& command, CommonOptions& options);
/// --end-with, for programs that start this one.
void add_end_with(CLI::App& command, int& parent);
/// Turns the words of the command line and the settings into options; fails with Usage.
Result<ProcessOptions> resolve(const CommonOptions& options);

/// Prints "skald: message. advice" on standard error; the exit status of the error.
int report(const Error& error);
/// 0, or the exit status of the error, which is printed.
int finish(const Status& status);

/// Cancelled by Ctrl-C or SIGTERM; the second Ctrl-C ends the program at once.
CancelToken& interrupt_token();

}  // namespace skald::cli
