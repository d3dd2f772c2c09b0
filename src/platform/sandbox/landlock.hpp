// Landlock: the kernel's file rules for processes without privileges (Linux 5.13 and later).
#pragma once
#include "base/result.hpp"
#include "platform/sandbox/sandbox.hpp"

namespace skald::sandbox {

/// Limits files to the lists, and denies TCP and signals to others where the kernel knows how. Returns the
/// version of Landlock in force, 0 for none.
Result<int> restrict_files(const SandboxSpec& spec);

}  // namespace skald::sandbox
