// What goes into the support file.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/export/zip.hpp"
#include "pipeline/ports.hpp"

namespace skald {

/// README, settings (keys by their last letters), what the doctor finds, the plan, names and states of the
/// runs, logs. `plan`: of a run by the settings, as text, or why there is none.
std::vector<ZipPart> support_parts(std::string_view version, const Result<std::string>& plan,
                                   const CancelToken& cancel);

}  // namespace skald
