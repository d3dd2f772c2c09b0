#include "service/cards/card_use.hpp"

namespace skald {

Status use_card(const CardUser& user, std::uint64_t bytes,
                const std::function<Status(const WorkerStarted&)>& work) {
  const FileLock lock = TRY(lock_card(user.claim, user.clock, user.cancel, user.tell));
  TRY_VOID(user.make_room());
  const std::string& device = user.claim.device;
  auto granted = user.broker.acquire(device, user.tenant, bytes);
  if (!granted && granted.error().code == ErrorCode::OutOfMemory) {
    // What was unloaded, or ended just now, may take a moment to be free.
    const ReturnReport report = TRY(user.broker.wait_for(device, bytes, user.cancel));
    if (report.returned == Returned::Yes) granted = user.broker.acquire(device, user.tenant, bytes);
  }
  if (!granted) return tl::unexpected(granted.error());
  Tenancy tenancy = *granted;
  Status done = work([&](int pid) { user.broker.runs_as(tenancy, pid); });
  const auto back = user.broker.release(tenancy, user.cancel);
  if (back && back->returned == Returned::Late) user.warn(back->text);
  if (done && !back && back.error().code == ErrorCode::Cancelled) return tl::unexpected(back.error());
  return done;
}

}  // namespace skald
