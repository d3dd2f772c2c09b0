// sessions, models: what there is.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "formats/json.hpp"
#include "platform/process/worker_process.hpp"
#include "service/models/models.hpp"
#include "service/models/tuning.hpp"
#include "service/sessions/sessions.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace fs = std::filesystem;
namespace {

int finish(const Status& status) {
  return status ? 0 : report(status.error());
}

Status list_sessions() {
  const auto store = TRY(Store::open(default_home()));
  for (const RunRecord& run : TRY(store->runs()))
    if (!run.session.empty())
      std::cout << fmt::format("{}  {:<9}  {}  {}\n", run.started, to_string(run.state), run.session,
                               run.directory);
  return {};
}

Status show_session(const std::string& session) {
  const auto store = TRY(Store::open(default_home()));
  const Session found = TRY(find_session(*store, session));
  for (const RunRecord& run : found.runs)
    std::cout << to_pretty({{"session", run.session},
                            {"started", run.started},
                            {"state", to_string(run.state)},
                            {"directory", run.directory},
                            {"details", TRY(parse_json(run.details, "database"))}});
  return {};
}

Status export_session(const std::string& session, const std::string& target) {
  const auto store = TRY(Store::open(default_home()));
  const Session found = TRY(find_session(*store, session));
  const RunRecord run = TRY(newest_results(found));
  std::error_code error;
  if (fs::exists(target, error))
    return fail(ErrorCode::Usage, "'" + target + "' is there already",
                "Name a folder that does not exist yet.");
  fs::copy(run.directory, target, fs::copy_options::recursive, error);
  if (error) return tl::unexpected(errno_error(error.value(), "cannot export to", target));
  std::cout << target << '\n';
  return {};
}

Status remove_session(const std::string& session) {
  const auto store = TRY(Store::open(default_home()));
  const Session found = TRY(find_session(*store, session));
  const auto freed = TRY(remove_session(*store, found));
  std::cerr << fmt::format(
      "Removed {} run(s) of '{}' from Skald's memory, {:.1f} MB freed. Recordings and result folders stay:\n",
      found.runs.size(), session, static_cast<double>(freed) / 1e6);
  for (const RunRecord& run : found.runs)
    if (!run.directory.empty()) std::cerr << "  " << run.directory << '\n';
  return {};
}

Status show_models() {
  for (const ModelEntry& model : TRY(list_models()))
    std::cout << fmt::format("{:<16} {:<9} {:<10} {:<11} {}\n", model.name, model.kind, model.licence,
                             model.directory.empty() ? "missing" : "installed", model.about);
  return {};
}

Status verify(const std::string& name) {
  std::vector<std::string> names = {name};
  if (name.empty()) {
    names.clear();
    for (const ModelEntry& model : TRY(list_models()))
      if (!model.licence.empty() && !model.directory.empty()) names.push_back(model.name);
  }
  std::size_t wrong = 0;
  for (const std::string& model : names) {
    const auto differences = TRY(verify_model(model));
    for (const std::string& line : differences) std::cerr << line << '\n';
    std::cout << model << (differences.empty() ? ": as it should be\n" : ": damaged\n");
    wrong += differences.size();
  }
  if (wrong > 0)
    return fail(ErrorCode::InvalidModel, std::to_string(wrong) + " file(s) differ", "Fetch the model again.");
  return {};
}

Status tune(const std::string& name) {
  const fs::path model = TRY(find_speech_model(name));
  const auto store = TRY(Store::open(default_home()));
  const std::string identity = TRY(model_identity(*store, model));
  ProcessWorkerRunner workers({program_directory(), store->home() / "jobs", store->home() / "logs/tune.log"});
  const auto told = [](std::string_view text) { std::cerr << text << '\n'; };
  const TuningRequest request{model, identity, default_threads(), Measure::Again};
  std::cout << to_pretty(to_json(TRY(speech_tuning(*store, workers, request, told, interrupt_token()))));
  return {};
}

}  // namespace

void add_sessions(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("sessions", "What was processed so far");
  command->require_subcommand(1);
  command->footer("Example: skald sessions show session_12");
  auto session = std::make_shared<std::string>();
  auto target = std::make_shared<std::string>();
  command->add_subcommand("list", "All runs, newest first")->callback([&chosen] {
    chosen = [] { return finish(list_sessions()); };
  });
  auto* show = command->add_subcommand("show", "One session's runs");
  show->add_option("session", *session)->required();
  show->callback([&chosen, session] { chosen = [session] { return finish(show_session(*session)); }; });
  auto* copy = command->add_subcommand("export", "Copy the newest results to a folder");
  copy->add_option("session", *session)->required();
  copy->add_option("folder", *target)->required();
  copy->callback([&chosen, session, target] {
    chosen = [session, target] { return finish(export_session(*session, *target)); };
  });
  auto* remove = command->add_subcommand("remove", "Forget a session; recordings and results stay");
  remove->add_option("session", *session)->required();
  remove->callback([&chosen, session] { chosen = [session] { return finish(remove_session(*session)); }; });
}

void add_models(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("models", "Models: list, add, verify, tune");
  command->require_subcommand(1);
  command->footer("Example: skald models add ~/models/faster-whisper-large-v3-turbo --name turbo");
  auto path = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  command->add_subcommand("list", "Known models and where they are")->callback([&chosen] {
    chosen = [] { return finish(show_models()); };
  });
  auto* add = command->add_subcommand("add", "Make a CTranslate2 model folder known under a name");
  add->add_option("folder", *path)->required();
  add->add_option("--name", *name, "Name to use");
  add->callback([&chosen, path, name] {
    chosen = [path, name] {
      const auto added = add_model(*path, *name);
      if (added) std::cout << added->string() << '\n';
      return added ? 0 : report(added.error());
    };
  });
  auto* check = command->add_subcommand("verify", "Compare files with their SHA-256");
  check->add_option("model", *name, "One model; default: all that are installed");
  check->callback([&chosen, name] { chosen = [name] { return finish(verify(*name)); }; });
  auto* measure = command->add_subcommand("tune", "Measure anew what suits a speech model on this machine");
  measure->add_option("model", *name, "A speech model")->required();
  measure->callback([&chosen, name] { chosen = [name] { return finish(tune(*name)); }; });
}

}  // namespace skald::cli
