// Who may use a card when: one tenant at a time unless the sum fits, and none before the memory of the last
// one is really back.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/need.hpp"
#include "pipeline/ports.hpp"

namespace skald {

/// Time as the broker sees it; tests have their own.
class WaitClock {
 public:
  virtual ~WaitClock() = default;
  virtual double now() = 0;  // seconds, only forward
  /// Returns early, with false, when cancelled.
  virtual bool wait(double seconds, const CancelToken& cancel) = 0;
};
/// The machine's steady clock.
WaitClock& steady_wait_clock();

struct BrokerSettings {
  std::uint64_t gpu_reserve = 512ULL << 20;  // of each card: driver, screen, fragments
  std::uint64_t host_reserve = 512ULL << 20;
  double poll_seconds = 0.25;
  double patience_seconds = 5;
  double share_back = 0.75;  // of the need, then memory counts as returned
};

/// Memory that was granted. Give it back with MemoryBroker::release.
struct Tenancy {
  int number = 0;
  std::string device;  // "cuda:0", "cpu"
  std::string tenant;
  std::uint64_t bytes = 0;
  std::uint64_t free_before = 0;
};

enum class Returned { Yes, Late };  // Late: not within the patience

struct ReturnReport {
  Returned returned = Returned::Yes;
  double waited_seconds = 0;
  std::uint64_t missing = 0;  // bytes less free than before
  std::vector<MemoryHolder> holders;
  std::string text;  // for people and logs: what came back, or who holds how much
};

class MemoryBroker {
 public:
  MemoryBroker(DeviceProbe& probe, WaitClock& clock, BrokerSettings settings = {});

  Result<Devices> look();
  /// Bytes that a new tenant of the device may take now: free, less what is promised and the reserve.
  Result<std::uint64_t> available(const std::string& device);

  /// Grants `bytes` of "cpu" or of a card, or fails with OutOfMemory, which names needed, available and
  /// holders. A card that has a tenant takes a second one only where both fit.
  Result<Tenancy> acquire(const std::string& device, std::string tenant, std::uint64_t bytes);
  /// Tells which process the tenant is, once it runs.
  void runs_as(const Tenancy& tenancy, int pid);
  /// To be called when the tenant's process has ended: waits until its memory is back.
  Result<ReturnReport> release(const Tenancy& tenancy, const CancelToken& cancel);

  /// Waits until a tenant of `bytes` would fit, e.g. after an unload: `released` bytes are expected back.
  Result<ReturnReport> wait_for(const std::string& device, std::uint64_t bytes, const CancelToken& cancel);

 private:
  DeviceProbe& probe_;
  WaitClock& clock_;
  BrokerSettings settings_;
  std::vector<std::pair<Tenancy, int>> granted_;  // with the process, 0 while unknown
  int next_ = 1;
};

}  // namespace skald
