// support: one file that helps others to help.
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "platform/devices/devices.hpp"
#include "service/doctor/examine.hpp"
#include "service/models/models.hpp"
#include "service/plan/plan_run.hpp"
#include "service/settings/shown.hpp"
#include "service/support/support.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

struct SupportOptions {
  std::string file;
  bool replace = false;
};

std::string about() {
  utsname system{};
  (void)::uname(&system);
  return std::string("skald ") + SKALD_VERSION + "\n" + system.sysname + " " + system.release + " " +
         system.machine + "\n\n" +
         "settings.txt  settings and where they come from; keys by their last letters\n"
         "doctor.txt    what `skald doctor` found; doctor.json the same for programs\n"
         "plan.txt      what would run where, by the settings\n"
         "sessions.txt  names and states of the runs\n"
         "logs/         the newest logs\n\n"
         "There are no keys, recordings or transcripts in here. File names, session names and the names of "
         "people\n"
         "may be: have a look before you pass it on.\n";
}

std::string settings_part() {
  const auto settings = Settings::load();
  return settings ? shown_text(shown_settings(*settings), *settings) : describe(settings.error()) + "\n";
}

std::string sessions_part() {
  const auto store = Store::open(default_home());
  if (!store) return describe(store.error()) + "\n";
  const auto runs = (*store)->runs();
  if (!runs) return describe(runs.error()) + "\n";
  std::string text;
  for (const RunRecord& run : *runs)
    text += run.started + "  " + std::string(to_string(run.state)) + "  " + run.session + "\n    " +
            run.details + "\n";
  return text;
}

// The plan of a run by the settings alone, as far as it can be made.
Result<std::string> plan_part() {
  CheckedOptions checked;
  checked.options = TRY(resolve(CommonOptions()));
  checked.speech_model = TRY(find_speech_model(checked.options.model));
  const auto devices = TRY(find_devices());
  return plan_table(TRY(plan_run(checked, *devices, interrupt_token())));
}

Status write(const SupportOptions& options) {
  const auto plan = plan_part();

  const auto checks = examine_this_machine(interrupt_token());
  std::vector<SupportPart> parts = {{"README.txt", about()},
                                    {"settings.txt", settings_part()},
                                    {"doctor.txt", checks_text(checks)},
                                    {"doctor.json", to_pretty(checks_json(checks))},
                                    {"plan.txt", plan ? *plan : describe(plan.error()) + "\n"},
                                    {"sessions.txt", sessions_part()}};
  for (SupportPart& log : newest_logs(default_home())) parts.push_back(std::move(log));
  TRY_VOID(write_support(options.file, parts, options.replace ? Existing::Replace : Existing::Refuse));
  std::cout << options.file << '\n';
  for (const SupportPart& part : parts) std::cerr << "  " << part.name << '\n';
  std::cerr << "Keys are taken out. Have a look into it before you pass it on.\n";
  return {};
}

}  // namespace

void add_support(CLI::App& app, Action& chosen) {
  auto* command =
      app.add_subcommand("support", "Collect logs, settings and the doctor's findings, without keys");
  auto options = std::make_shared<SupportOptions>();
  command->add_option("file", options->file, "The file to write")->required()->type_name("FILE.zip");
  command->add_flag("--replace", options->replace, "Replace a file that is there already");
  command->footer("Example: skald support report.zip");
  command->callback([options, &chosen] {
    chosen = [options] {
      const Status status = write(*options);
      return status ? 0 : report(status.error());
    };
  });
}

}  // namespace skald::cli
