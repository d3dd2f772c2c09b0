// models: what there is.
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
#include "store/store.hpp"

namespace skald::cli {
namespace fs = std::filesystem;
namespace {

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

void add_models(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("models", "Models: list, add, remove, verify, tune");
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
  auto* remove = command->add_subcommand("remove", "Forget a model that was added; its files stay");
  remove->add_option("name", *name, "A name that `skald models add` gave")->required();
  remove->callback([&chosen, name] { chosen = [name] { return finish(remove_model(*name)); }; });
  auto* check = command->add_subcommand("verify", "Compare files with their SHA-256");
  check->add_option("model", *name, "One model; default: all that are installed");
  check->callback([&chosen, name] { chosen = [name] { return finish(verify(*name)); }; });
  auto* measure = command->add_subcommand("tune", "Measure anew what suits a speech model on this machine");
  measure->add_option("model", *name, "A speech model")->required();
  measure->callback([&chosen, name] { chosen = [name] { return finish(tune(*name)); }; });
}

}  // namespace skald::cli
