// Presets as a user has them: backends, device and use of memory, put into a run's options.
#pragma once
#include <string_view>

#include "service/backends/backends.hpp"
#include "service/settings/settings.hpp"

namespace skald {

/// The preset of that name; where no setting names Ollama, the embedded classifier stands in its place. Fails
/// with the names that are known.
Result<Preset> chosen_preset(std::string_view name, const Settings& settings);

/// Backends and device, where the options hold nothing yet. To be called before apply().
void choose_backends(const Preset& preset, ProcessOptions& options);

/// Which of Ollama's models, and what may be unloaded. To be called after apply(), which fills in the
/// services.
void choose_models(const Preset& preset, ProcessOptions& options);

}  // namespace skald
