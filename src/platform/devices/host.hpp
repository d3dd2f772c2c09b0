// Memory of the machine, and of the control group that Skald runs in.
#pragma once
#include <filesystem>

#include "pipeline/memory/devices.hpp"

namespace skald {

/// `root`: where /proc and /sys lie; tests have a tree of their own.
Result<HostState> read_host(const std::filesystem::path& root = "/");

}  // namespace skald
