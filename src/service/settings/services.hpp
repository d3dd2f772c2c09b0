// Settings of language model services, typed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/settings/llm_services.hpp"
#include "service/settings/settings.hpp"

namespace skald {

LlmServices llm_services(const Settings& settings);

/// Services that are set up: Ollama always, the others where they have a key, `compatible` where it has an
/// address.
std::vector<ServiceSettings> configured_services(const LlmServices& settings);

}  // namespace skald
