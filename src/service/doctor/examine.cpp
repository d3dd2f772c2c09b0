#include "service/doctor/examine.hpp"

#include "platform/devices/devices.hpp"
#include "platform/process/worker_process.hpp"
#include "store/store.hpp"

namespace skald {

std::vector<Check> examine(const Surroundings& around) {
  std::vector<Check> all;
  const auto add = [&](std::vector<Check> some) {
    for (Check& check : some) all.push_back(std::move(check));
  };
  const auto loaded = Settings::load();
  // With settings that cannot be read, the rest is looked at with what is built in.
  const Settings settings = loaded ? *loaded : Settings();
  const auto devices = around.devices.look();
  add(check_settings(loaded));
  all.push_back(check_cpu());
  add(check_devices(devices, settings));
  all.push_back(check_home(around.home));
  all.push_back(check_disk("disk", "disk", around.home));
  all.push_back(check_disk("disk-output", "disk, results", around.output));
  add(check_workers(around.workers, around.programs, around.cancel));
  add(check_cuda(devices, around.workers, around.cancel));
  add(check_models(settings));
  add(check_ollama(settings, devices, around.cancel));
  return all;
}

std::vector<Check> examine_this_machine(const CancelToken& cancel) {
  const auto devices = find_devices();
  if (!devices)
    return {{"devices", Health::Error, "devices", devices.error().message, advice(devices.error()), nullptr}};
  ProcessWorkerRunner workers({program_directory(), default_home() / "jobs", default_home() / "logs", {}});
  return examine(
      {**devices, workers, default_home(), std::filesystem::current_path(), program_directory(), cancel});
}

}  // namespace skald
