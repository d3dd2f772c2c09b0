// The plan of a run that somebody wishes, before there is a recording.
#pragma once
#include "service/plan/plan_run.hpp"
#include "service/plan/wish.hpp"

namespace skald {

/// Looks at the machine, at the models on disk and at Ollama; starts nothing.
Result<Plan> plan_settings(const RunWish& wish, const CancelToken& cancel);

}  // namespace skald
