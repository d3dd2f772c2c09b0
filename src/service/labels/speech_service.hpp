// The transcription service that a transcriber's name stands for.
#pragma once
#include <string>

#include "base/result.hpp"
#include "engines/cloud_speech/transcribe.hpp"
#include "service/settings/llm_services.hpp"

namespace skald {

/// Ready to be asked; fails with InvalidConfig, before anything is started, where no key or address is set.
Result<cloud_speech::Service> speech_service(const std::string& transcriber, const LlmServices& services);

}  // namespace skald
