// Which steps an Ollama server and the machine leave for a classification.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engines/llm/label_run.hpp"
#include "pipeline/memory/ladder.hpp"
#include "pipeline/memory/model_host.hpp"
#include "service/settings/llm_services.hpp"

namespace skald {

struct OllamaWish {
  std::string model;     // empty: the largest installed one that fits
  std::string fallback;  // the configured smaller model; empty: the installed ones by size
  int num_ctx = 0;       // context that the largest batch needs
  int least_ctx = 0;     // that of a small batch
  Unloading unloading = Unloading::Forbidden;
  LlmDevices where = LlmDevices::Any;
};

/// The settings' part of a job: batches, and what a prompt shows around them.
void follow(const ContextSettings& settings, llm::LlmJob& job);

/// What a job wishes by the settings: the context of its largest batch, and that of a small one.
OllamaWish wish_of(const llm::LlmJob& job, const LlmServices& services, LlmDevices where);

struct OllamaSteps {
  std::string model;  // as wished, or as chosen
  std::vector<LlmStep> steps;
  bool was_loaded = false;  // by somebody else, before
};

/// Looks at the server and the devices as they are now. Errors: Unavailable where the server does not answer,
/// or has no model at all.
Result<OllamaSteps> ollama_steps(ModelHost& host, const OllamaWish& wish, const Devices& devices,
                                 const Reserves& reserves);

}  // namespace skald
