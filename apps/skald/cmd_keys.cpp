// keys test: do the keys of the services work?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "cli.hpp"
#include "service/doctor/keys.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace {

enum class Shown { Text, Json };

int test(Shown form) {
  const auto settings = Settings::load();
  if (!settings) return report(settings.error());
  const auto reports = test_keys(*settings, default_home(), interrupt_token());
  if (interrupt_token().cancelled()) return report({ErrorCode::Cancelled, "cancelled", "Run it again."});
  std::cout << (form == Shown::Json ? to_pretty(keys_json(reports)) : keys_text(reports));
  return std::any_of(reports.begin(), reports.end(),
                     [](const KeyReport& r) { return r.health == Health::Error; })
             ? 1
             : 0;
}

}  // namespace

void add_keys(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("keys", "Keys of services");
  command->require_subcommand(1);
  command->footer("Example: skald keys test");
  auto json = std::make_shared<bool>(false);
  auto* ask = command->add_subcommand("test", "Ask each service that is set up whether its key works");
  ask->add_flag("--json", *json, "As JSON");
  ask->footer(
      "One small request to each service; nothing of your sessions is sent.\n"
      "Status 0: all work, or none is set up; 1: one does not.");
  ask->callback([json, &chosen] { chosen = [json] { return test(*json ? Shown::Json : Shown::Text); }; });
}

}  // namespace skald::cli
