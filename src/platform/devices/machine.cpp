#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "platform/devices/devices.hpp"
#include "platform/devices/host.hpp"
#include "platform/devices/nvml.hpp"

namespace skald {
namespace {

class SteadyClock : public WaitClock {
 public:
  double now() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  void wait(double seconds, const CancelToken& cancel) override {
    constexpr double slice = 0.05;
    for (const double end = now() + seconds; !cancel.cancelled();) {
      const double left = end - now();
      if (left <= 0) return;
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, slice)));
    }
  }
};

class Machine : public DeviceProbe {
 public:
  Result<Devices> look() override {
    Devices devices;
    devices.host = TRY(read_host());
    if (!nvml_ && why_not_.empty()) {
      auto opened = Nvml::open();
      if (opened)
        nvml_ = std::move(*opened);
      else
        why_not_ = opened.error().message;
    }
    devices.no_gpu = why_not_;
    if (!nvml_) return devices;
    devices.driver = nvml_->driver();
    auto cards = nvml_->cards();
    if (cards)
      devices.gpus = std::move(*cards);
    else
      devices.no_gpu = cards.error().message;
    if (devices.gpus.empty() && devices.no_gpu.empty()) devices.no_gpu = "the NVIDIA driver finds no card";
    return devices;
  }

 private:
  std::unique_ptr<Nvml> nvml_;
  std::string why_not_;
};

}  // namespace

WaitClock& steady_wait_clock() {
  static SteadyClock clock;
  return clock;
}

std::unique_ptr<DeviceProbe> machine_devices() {
  return std::make_unique<Machine>();
}

Result<std::unique_ptr<DeviceProbe>> find_devices() {
  const char* described = std::getenv("SKALD_DEVICES");
  if (described != nullptr && *described != 0) return simulated_devices(described, steady_wait_clock());
  return machine_devices();
}

}  // namespace skald
