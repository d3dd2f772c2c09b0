#include "service/plan/plan_settings.hpp"

#include <algorithm>

#include "platform/devices/devices.hpp"
#include "service/models/models.hpp"
#include "service/settings/presets.hpp"

namespace skald {
namespace {

Status check_model_name(const std::string& name) {
  if (name.empty()) return {};
  const auto models = TRY(list_models());
  const bool known = std::any_of(models.begin(), models.end(), [&](const ModelEntry& model) {
    return model.kind == "speech" && (model.name == name || model.name == "whisper-" + name);
  });
  if (known) return {};
  return fail(ErrorCode::Usage, "there is no speech model '" + name + "'",
              "`skald models list` shows which there are.");
}

Status check_device(const std::string& device) {
  if (device.empty() || device == "cpu" || device == "cuda" || device == "auto") return {};
  return fail(ErrorCode::Usage, "there is no device '" + device + "'", "Known: cpu, cuda, auto.");
}

Result<ProcessOptions> options_of(const PlanWish& wish) {
  TRY_VOID(check_model_name(wish.model));
  TRY_VOID(check_device(wish.device));
  ProcessOptions options;
  options.scope = Scope::PlanOnly;
  options.transcriber = wish.transcriber;
  options.diarizer = wish.diarizer;
  options.classifier = wish.classifier;
  options.device = wish.device;
  options.model = wish.model;
  const Settings settings = TRY(Settings::load());
  std::optional<Preset> preset;
  if (!wish.preset.empty()) preset = TRY(chosen_preset(wish.preset, settings));
  if (preset) choose_backends(*preset, options);
  TRY_VOID(apply(settings, options));
  if (preset) choose_models(*preset, options);
  return options;
}

}  // namespace

Result<Plan> plan_settings(const PlanWish& wish, const CancelToken& cancel) {
  const ProcessOptions options = TRY(options_of(wish));
  const CheckedOptions checked = TRY(check(options));
  const auto devices = TRY(find_devices());
  return plan_run(checked, *devices, cancel);
}

}  // namespace skald
