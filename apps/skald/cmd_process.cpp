#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "platform/process/program.hpp"
#include "progress_view.hpp"
#include "service/session/run.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

Result<RunOutcome> run_process(const CommonOptions& common, ProgressView& view) {
  const ProcessOptions options = TRY(resolve(common));
  CheckedOptions checked = TRY(check(options));
  TRY_VOID(plan_first(checked, view));
  const auto store = TRY(Store::open(default_home()));
  return process(*store, checked, view, interrupt_token());
}

int process_command(const CommonOptions& common) {
  const auto view = make_progress_view(common.progress);
  const auto outcome = run_process(common, *view);
  if (!outcome) {
    view->failed(outcome.error());
    return exit_status(outcome.error().code);
  }
  for (const std::string& line : outcome->fallbacks) view->fallback(line);
  if (outcome->directory.empty()) {
    view->summary("Stopped after " + common.until +
                  ", as asked; the same command without --until goes on from there.\n");
  } else {
    // On a terminal the path, which goes to standard output, ends the line.
    view->summary(outcome->summary + (::isatty(STDOUT_FILENO) == 1 ? "Results: " : ""));
    std::cout << outcome->directory.string() << std::endl;
  }
  return outcome->fallbacks.empty() ? 0 : 3;
}

}  // namespace

void add_process(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("process", "Turn a recording into a classified transcript");
  auto options = std::make_shared<CommonOptions>();
  auto parent = std::make_shared<int>(0);
  add_full(*command, *options);
  add_common(*command, *options);
  add_end_with(*command, *parent);
  command->footer("Example: skald process session.mp3 --party party.json --speakers 5");
  command->callback([options, parent, &chosen] {
    chosen = [options, parent] {
      if (*parent != 0 && !end_with_parent(*parent)) return exit_status(ErrorCode::Cancelled);
      return process_command(*options);
    };
  });
}

}  // namespace skald::cli
