// Makes room on a card: models of Ollama are unloaded, and it is seen that they went.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engines/llm/ollama.hpp"
#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/whisper_ladder.hpp"
#include "pipeline/ports.hpp"
#include "service/settings/llm_services.hpp"

namespace skald {

/// Unloads one model; the probe hears of it when it went.
Result<llm::Unloaded> unload_model(llm::Ollama& host, const std::string& model, DeviceProbe& probe);

/// Unloads those that the step names. A model that stays, or a server that is away, is told and no error:
/// whether the memory suffices shows when it is asked for. Fails when cancelled.
Status unload_models(const WhisperStep& step, DeviceProbe& probe, const LlmServices& services,
                     const CancelToken& cancel, const std::function<void(std::string_view)>& tell);

}  // namespace skald
