#include "service/plan/plan_settings.hpp"

#include "platform/devices/devices.hpp"

namespace skald {

Result<Plan> plan_settings(const RunWish& wish, const CancelToken& cancel) {
  ProcessOptions options = TRY(options_of(wish));
  options.scope = Scope::PlanOnly;
  const CheckedOptions checked = TRY(check(options));
  const auto devices = TRY(find_devices());
  return plan_run(checked, *devices, cancel);
}

}  // namespace skald
