#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>

#include "base/secrets.hpp"
#include "cli.hpp"

namespace skald::cli {
namespace {

void on_interrupt(int) {
  if (interrupt_token().cancelled()) ::_exit(130);
  interrupt_token().cancel();
}

// A core file would hold keys. A limit of one byte also keeps those away that are piped to a program.
void refuse_core_files() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(1, limit.rlim_max);
  (void)::setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace

CancelToken& interrupt_token() {
  static CancelToken token;
  return token;
}

int report(const Error& error) {
  std::cerr << "skald: " << without_secrets(describe(error)) << '\n';
  return exit_status(error.code);
}

int finish(const Status& status) {
  return status ? 0 : report(status.error());
}

int run(int argc, char** argv) {
  refuse_core_files();
  (void)interrupt_token();  // made before a signal may want it
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{
      "Skald: transcripts of tabletop role-playing sessions, on your own machine.\n"
      "Speaker models: pyannote community-1 (CC-BY-4.0). Speech model: Whisper (MIT)."};
  app.name("skald");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("skald ") + SKALD_VERSION);
  Action chosen = [] { return 2; };
  add_process(app, chosen);
  add_plan(app, chosen);
  add_transcribe(app, chosen);
  add_diarize(app, chosen);
  add_classify(app, chosen);
  add_eval(app, chosen);
  add_sessions(app, chosen);
  add_models(app, chosen);
  add_config(app, chosen);
  add_doctor(app, chosen);
  add_keys(app, chosen);
  add_support(app, chosen);
  add_serve(app, chosen);
  add_tokens(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::cerr << "skald: " << without_secrets(e.what()) << ". See `skald --help`.\n";
    return 2;
  }
  const int status = chosen();
  std::cout.flush();
  if (std::cout || (status != 0 && status != 3)) return status;
  return report(
      {ErrorCode::Io, "cannot write to standard output", "Check the disk, or where the output goes to."});
}

}  // namespace skald::cli
