// Who may use a card when: one tenant at a time unless the sum fits, and the next one only when the memory of
// the last is really back.
#pragma once
#include <cstdint>
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
  /// Returns early when cancelled.
  virtual void wait(double seconds, const CancelToken& cancel) = 0;
};

struct BrokerSettings {
  std::uint64_t gpu_reserve = 512ULL << 20;   // of each card: the driver, the screen, fragments
  std::uint64_t host_reserve = 512ULL << 20;  // of the machine: the system and Skald itself
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
  std::uint64_t free_before = 0;  // with all earlier tenants served
  int pid = 0;                    // 0 while unknown
};

enum class Returned { Yes, Late };  // Late: not within the patience

struct ReturnReport {
  Returned returned = Returned::Yes;
  double waited_seconds = 0;
  std::uint64_t missing = 0;  // bytes less free than there should be
  std::vector<MemoryHolder> holders;
  std::string text;  // for people and logs: that it is back, or who holds how much
};

class MemoryBroker {
 public:
  MemoryBroker(DeviceProbe& probe, WaitClock& clock, BrokerSettings settings = {});

  Result<Devices> look() { return probe_.look(); }
  const BrokerSettings& settings() const { return settings_; }

  /// Bytes that a new tenant of "cpu" or of a card may take now: free, less what is promised to tenants that
  /// have not taken it yet, less the reserve.
  Result<std::uint64_t> available(const std::string& device);

  /// Grants `bytes`, or fails with OutOfMemory, which names needed, available and holders. A card that has a
  /// tenant takes a second one only where both fit.
  Result<Tenancy> acquire(const std::string& device, std::string tenant, std::uint64_t bytes);
  /// Tells which process the tenant is, once it runs.
  void runs_as(Tenancy& tenancy, int pid);
  /// To be called when the tenant's process has ended, or its model was unloaded: waits until the memory is
  /// back. Fails only where the devices cannot be read, or with Cancelled.
  Result<ReturnReport> release(const Tenancy& tenancy, const CancelToken& cancel);

  /// Waits until `bytes` are available for a new tenant, e.g. after models of others were unloaded.
  Result<ReturnReport> wait_for(const std::string& device, std::uint64_t bytes, const CancelToken& cancel);

 private:
  struct View;
  Result<View> view(const std::string& device);
  std::uint64_t free_for_more(const std::string& device, std::uint64_t free) const;
  Result<ReturnReport> wait_until_free(const std::string& device, std::uint64_t target, std::uint64_t enough,
                                       const CancelToken& cancel);

  DeviceProbe& probe_;
  WaitClock& clock_;
  BrokerSettings settings_;
  std::vector<Tenancy> granted_;
  int next_ = 1;
};

}  // namespace skald
