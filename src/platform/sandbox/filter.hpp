// The system call filter (seccomp): a list of what is allowed; all else fails with EPERM.
#pragma once
#include "base/result.hpp"
#include "platform/sandbox/sandbox.hpp"

namespace skald::sandbox {

/// Loads the filter for all threads of the process. None where the kernel has no seccomp.
Result<SandboxLevel::Filter> filter_system_calls(const SandboxSpec& spec);

}  // namespace skald::sandbox
