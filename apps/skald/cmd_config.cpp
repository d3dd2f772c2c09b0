// config: every setting, what holds, and where it comes from.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "base/secrets.hpp"
#include "cli.hpp"
#include "formats/json.hpp"
#include "service/backends/backends.hpp"
#include "service/models/models.hpp"
#include "service/settings/presets.hpp"
#include "store/store.hpp"

namespace skald::cli {
namespace fs = std::filesystem;
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

SettingValue what_holds(const Settings& settings, const SettingInfo& setting) {
  SettingValue held = settings.effective(setting.name);
  if (held.origin != "default") return held;
  if (setting.name == "SKALD_HOME") held.value = default_home().string();
  if (setting.name == "SKALD_DATA") held.value = data_folder().string();
  if (setting.name == "SKALD_MODELS")
    for (const fs::path& folder : model_folders())
      held.value += (held.value.empty() ? "" : ":") + folder.lexically_normal().string();
  if (held.value.empty()) held.origin = "not set";
  return held;
}

std::string shown(const SettingInfo& setting, const std::string& value) {
  return is_secret(setting.name) && !value.empty() ? masked(value) : without_secrets(value);
}

Status show_config(const CLI::App& command, const ConfigOptions& options) {
  const Settings settings = TRY(Settings::load());
  Json rows = Json::array();
  for (const SettingInfo& setting : setting_catalogue()) {
    const auto option = TRY(from_option(command, options, settings, setting));
    const SettingValue held = option ? *option : what_holds(settings, setting);
    rows.push_back({{"name", setting.name},
                    {"value", shown(setting, held.value)},
                    {"origin", held.origin},
                    {"allowed", allowed_values(setting)},
                    {"about", setting.about}});
  }
  if (options.json) {
    std::cout << to_pretty({{"settings", rows}, {"others", settings.unknown_names()}});
    return {};
  }
  for (const Json& row : rows)
    std::cout << fmt::format("{:<36} {:<40} {}\n", row.at("name").get<std::string>(),
                             row.at("value").get<std::string>(), row.at("origin").get<std::string>());
  for (const std::string& name : settings.unknown_names())
    std::cout << fmt::format("{:<36} {:<40} {}\n", name, "", "not a setting of Skald, passed over");
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
