// support: one file that helps others to help.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "platform/devices/devices.hpp"
#include "service/models/models.hpp"
#include "service/plan/plan_run.hpp"
#include "service/support/collect.hpp"
#include "service/support/support.hpp"

namespace skald::cli {
namespace {

struct SupportOptions {
  std::string file;
  bool replace = false;
};

// The plan of a run by the settings alone, as far as it can be made.
Result<std::string> plan_part() {
  CheckedOptions checked;
  checked.options = TRY(resolve(CommonOptions()));
  checked.speech_model = TRY(find_speech_model(checked.options.model));
  const auto devices = TRY(find_devices());
  return plan_table(TRY(plan_run(checked, *devices, interrupt_token())));
}

Status write(const SupportOptions& options) {
  const auto parts = support_parts(SKALD_VERSION, plan_part(), interrupt_token());
  TRY_VOID(write_support(options.file, parts, options.replace ? Existing::Replace : Existing::Refuse));
  std::cout << options.file << '\n';
  for (const ZipPart& part : parts) std::cerr << "  " << part.name << '\n';
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
