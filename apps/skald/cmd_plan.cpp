// plan: what would run where, with the memory that it needs; runs nothing.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "platform/devices/devices.hpp"
#include "service/plan/plan_run.hpp"

namespace skald::cli {
namespace {

enum class Show { Table, Json };

struct PlanWords {
  CommonOptions common;
  bool json = false;
};

Result<Plan> work_out(const CommonOptions& common) {
  ProcessOptions options = TRY(resolve(common));
  options.scope = Scope::SingleStage;  // makes no folder for results
  // A limit that is too low is a line of the plan rather than its end.
  const std::uint64_t limit = options.memory_limit;
  options.memory_limit = 0;
  CheckedOptions checked = TRY(check(options));
  checked.options.memory_limit = limit;
  const auto devices = TRY(find_devices());
  return plan_run(checked, *devices, interrupt_token());
}

int show(const CommonOptions& common, Show how) {
  const auto plan = work_out(common);
  if (!plan) return report(plan.error());
  std::cout << (how == Show::Json ? to_pretty(plan_json(*plan)) : plan_table(*plan));
  return plan->possible() ? 0 : exit_status(ErrorCode::OutOfMemory);
}

}  // namespace

void add_plan(CLI::App& app, Action& chosen) {
  auto* command =
      app.add_subcommand("plan", "Show what would run where, and the memory it needs; runs nothing");
  auto words = std::make_shared<PlanWords>();
  add_full(*command, words->common);
  add_common(*command, words->common);
  command->add_flag("--json", words->json, "Print JSON");
  command->footer(
      "Example: skald plan session.mp3 --classifier ollama\n"
      "Status 1: a stage has no way to run on this machine.");
  command->callback([words, &chosen] {
    chosen = [words] { return show(words->common, words->json ? Show::Json : Show::Table); };
  });
}

}  // namespace skald::cli
