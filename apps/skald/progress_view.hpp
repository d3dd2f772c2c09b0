// Shows a run's progress on standard error: a bar on a terminal, JSON events, or nothing but warnings.
#pragma once
#include <memory>
#include <string>

#include "pipeline/progress.hpp"

namespace skald::cli {

/// `kind`: bar, json, none; empty: bar on a terminal, else plain lines.
std::unique_ptr<RunObserver> make_progress_view(const std::string& kind);

}  // namespace skald::cli
