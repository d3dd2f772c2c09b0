// The plan of a run that was asked for: looks at the machine, at the models on disk and at Ollama; starts
// nothing.
#pragma once
#include "pipeline/ports.hpp"
#include "service/plan/plan.hpp"
#include "service/session/options.hpp"

namespace skald {

/// Fails where the devices cannot be read or are described wrongly.
Result<Plan> plan_run(const CheckedOptions& checked, DeviceProbe& probe, const CancelToken& cancel);

/// Makes the plan's decisions the run's: batch, speech model, and the fallback that this is. Fails with
/// OutOfMemory where a stage cannot run at all.
Status follow_plan(const Plan& plan, CheckedOptions& checked);

}  // namespace skald
