#include "pipeline/memory/broker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skald {

// One device at one moment.
struct MemoryBroker::View {
  std::uint64_t free = 0, reserve = 0;
  std::vector<MemoryHolder> holders;
};

namespace {}  // namespace

MemoryBroker::MemoryBroker(DeviceProbe& probe, WaitClock& clock, BrokerSettings settings)
    : probe_(probe), clock_(clock), settings_(settings) {}

Result<MemoryBroker::View> MemoryBroker::view(const std::string& device) {
  const Devices devices = TRY(probe_.look());
  if (device == "cpu") return View{devices.host.available, settings_.host_reserve, {}};
  const GpuState* gpu = devices.gpu(device);
  if (gpu == nullptr)
    return fail(ErrorCode::Unavailable,
                "there is no card " + device + (devices.no_gpu.empty() ? "" : " (" + devices.no_gpu + ")"),
                "Use --device cpu, or check the driver with `nvidia-smi`.");
  return View{gpu->free, settings_.gpu_reserve, gpu->holders};
}

// Free memory once every tenant has taken what it was promised; it may not have yet, so that the free memory
// of this moment alone is no answer.
std::uint64_t MemoryBroker::free_for_more(const std::string& device, std::uint64_t free) const {
  const auto first = std::find_if(granted_.begin(), granted_.end(),
                                  [&](const Tenancy& tenancy) { return tenancy.device == device; });
  if (first == granted_.end()) return free;
  std::uint64_t promised = 0;
  for (const Tenancy& tenancy : granted_)
    if (tenancy.device == device) promised += tenancy.bytes;
  return std::min(free, less(first->free_before, promised));
}

Result<std::uint64_t> MemoryBroker::available(const std::string& device) {
  const View now = TRY(view(device));
  return less(free_for_more(device, now.free), now.reserve);
}

Result<Tenancy> MemoryBroker::acquire(const std::string& device, std::string tenant, std::uint64_t bytes) {
  const View now = TRY(view(device));
  const std::uint64_t before = free_for_more(device, now.free);
  if (bytes > less(before, now.reserve)) {
    std::string text = fmt::format("{} needs {} of {}, {} are available", tenant, memory_text(bytes), device,
                                   memory_text(less(before, now.reserve)));
    for (const Tenancy& other : granted_)
      if (other.device == device)
        text += fmt::format("; {} was given {}", other.tenant, memory_text(other.bytes));
    if (const std::string held = holders_text(now.holders); !held.empty()) text += "; " + held;
    return fail(ErrorCode::OutOfMemory, text);
  }
  Tenancy granted{next_++, device, std::move(tenant), bytes, before, 0};
  probe_.taken(device, {-granted.number, granted.tenant, bytes});
  granted_.push_back(granted);
  return granted;
}

void MemoryBroker::runs_as(Tenancy& tenancy, int pid) {
  tenancy.pid = pid;
  for (Tenancy& granted : granted_)
    if (granted.number == tenancy.number) granted.pid = pid;
}

Result<ReturnReport> MemoryBroker::wait_until_free(const std::string& device, std::uint64_t target,
                                                   std::uint64_t enough, const CancelToken& cancel) {
  const double start = clock_.now();
  ReturnReport report;
  for (;;) {
    const View now = TRY(view(device));
    report.waited_seconds = clock_.now() - start;
    report.holders = now.holders;
    report.missing = less(target, now.free);
    if (now.free >= enough) {
      report.returned = Returned::Yes;
      report.text = fmt::format("{} of {} are free again after {:.2g} s", memory_text(now.free), device,
                                report.waited_seconds);
      return report;
    }
    if (report.waited_seconds >= settings_.patience_seconds) break;
    if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled while memory was awaited");
    clock_.wait(settings_.poll_seconds, cancel);
  }
  report.returned = Returned::Late;
  const std::string held = holders_text(report.holders);
  report.text = fmt::format("{} of {} did not come back within {:.0f} s{}{}", memory_text(report.missing),
                            device, settings_.patience_seconds, held.empty() ? "" : ": ", held);
  return report;
}

Result<ReturnReport> MemoryBroker::release(const Tenancy& tenancy, const CancelToken& cancel) {
  const auto found = std::find_if(granted_.begin(), granted_.end(),
                                  [&](const Tenancy& granted) { return granted.number == tenancy.number; });
  if (found == granted_.end())
    return fail(ErrorCode::Internal, "memory of " + tenancy.tenant + " is given back twice");
  const Tenancy gone = std::move(*found);
  granted_.erase(found);
  probe_.given_back(gone.device, -gone.number);
  std::uint64_t target = gone.free_before;
  for (Tenancy& other : granted_) {
    if (other.device != gone.device || other.number < gone.number) continue;
    other.free_before += gone.bytes;
    target = less(target, other.bytes);  // later tenants have that now
  }
  const auto may_miss =
      static_cast<std::uint64_t>(static_cast<double>(gone.bytes) * (1 - settings_.share_back));
  return wait_until_free(gone.device, target, less(target, may_miss), cancel);
}

Result<ReturnReport> MemoryBroker::wait_for(const std::string& device, std::uint64_t bytes,
                                            const CancelToken& cancel) {
  const View now = TRY(view(device));
  // Tenants that have not taken all of theirs yet will do so.
  const std::uint64_t to_come = less(now.free, free_for_more(device, now.free));
  const std::uint64_t target = bytes + now.reserve + to_come;
  return wait_until_free(device, target, target, cancel);
}

}  // namespace skald
