// The plan of a run with the settings that hold, before there is a recording.
#pragma once
#include <string>

#include "service/plan/plan_run.hpp"

namespace skald {

/// Names only, each as in `skald process`; empty: what the settings say.
struct PlanWish {
  std::string preset, transcriber, diarizer, classifier, device;
  std::string model;  // as in `skald models list`, never a path
};

/// Looks at the machine, at the models on disk and at Ollama; starts nothing.
Result<Plan> plan_settings(const PlanWish& wish, const CancelToken& cancel);

}  // namespace skald
