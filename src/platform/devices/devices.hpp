// The devices of this machine, or those that SKALD_DEVICES describes (docs/formats/devices.md).
#pragma once
#include <memory>
#include <string>

#include "pipeline/memory/broker.hpp"
#include "pipeline/memory/devices.hpp"

namespace skald {

/// The machine's steady clock.
WaitClock& steady_wait_clock();

/// Cards by NVIDIA's management library, found at run time; host memory by /proc and the control groups.
std::unique_ptr<DeviceProbe> machine_devices();

/// Devices described by a JSON text, or by a file, which is read again at each look. Memory that is taken and
/// given back through the probe changes them by that clock. Fails with InvalidConfig where the description is
/// wrong.
Result<std::unique_ptr<DeviceProbe>> simulated_devices(const std::string& text_or_path, WaitClock& clock);

/// simulated_devices() where SKALD_DEVICES is set, else machine_devices().
Result<std::unique_ptr<DeviceProbe>> find_devices();

}  // namespace skald
