// config: every setting, what holds, and where it comes from.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "cli.hpp"
#include "formats/json.hpp"
#include "service/backends/backends.hpp"
#include "service/settings/presets.hpp"
#include "service/settings/shown.hpp"

namespace skald::cli {
namespace {

struct ConfigOptions {
  CommonOptions common;
  bool json = false;
};

// What a preset chooses for a setting; nothing where it leaves it alone.
std::string_view of_preset(const Preset& preset, const SettingInfo& setting) {
  if (setting.option == "--device") return preset.device;
  if (setting.kind != SettingKind::Backend) return {};
  return setting.option == "--transcriber" ? preset.transcriber
         : setting.option == "--diarizer"  ? preset.diarizer
                                           : preset.classifier;
}

// The option that stands above a setting, where it was given.
Result<std::optional<SettingValue>> from_option(const CLI::App& command, const ConfigOptions& options,
                                                const Settings& settings, const SettingInfo& setting) {
  if (setting.option.empty()) return std::nullopt;
  const CLI::Option* option = command.get_option_no_throw(std::string(setting.option));
  if (option != nullptr && option->count() > 0)
    return SettingValue{option->results().back(), "option " + std::string(setting.option)};
  if (options.common.preset.empty()) return std::nullopt;
  const Preset preset = TRY(chosen_preset(options.common.preset, settings));
  const std::string_view chosen = of_preset(preset, setting);
  if (chosen.empty()) return std::nullopt;
  return SettingValue{std::string(chosen), "option --preset"};
}

Status show_config(const CLI::App& command, const ConfigOptions& options) {
  const Settings settings = TRY(Settings::load());
  std::map<std::string, SettingValue, std::less<>> given;
  for (const SettingInfo& setting : setting_catalogue())
    if (const auto value = TRY(from_option(command, options, settings, setting)))
      given[std::string(setting.name)] = *value;
  const auto rows = shown_settings(settings, given);
  if (!options.json) {
    std::cout << shown_text(rows, settings);
    return {};
  }
  std::cout << to_pretty(shown_json(rows, settings));
  return {};
}

}  // namespace

void add_config(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("config", "Settings");
  command->require_subcommand(1);
  command->footer("Example: skald config show --model turbo");
  auto* show = command->add_subcommand("show", "What holds now, and where it comes from");
  auto options = std::make_shared<ConfigOptions>();
  show->add_flag("--json", options->json, "As JSON, with what is allowed and what it is for");
  add_backend_options(*show, options->common);
  add_common(*show, options->common);
  show->footer("With options of `skald process`, it shows what they change.");
  show->callback([options, show, &chosen] {
    chosen = [options, show] {
      const Status status = show_config(*show, *options);
      return status ? 0 : report(status.error());
    };
  });
}

}  // namespace skald::cli
