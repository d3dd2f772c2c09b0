// The machine: processor, memory, cards, disk, settings.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "base/files.hpp"
#include "service/doctor/examine.hpp"
#include "service/settings/services.hpp"
#include "store/store.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kLittleMemory = 2 * kGiB;  // a run with the built-in models takes less than one
constexpr std::uint64_t kTooLittleMemory = kGiB * 3 / 4;
constexpr std::uint64_t kLittleDisk = 4 * kGiB;  // the audio of 4 hours is half of one
constexpr std::uint64_t kTooLittleDisk = kGiB / 4;

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown processor";
}

std::vector<std::string> processor_features() {
  std::vector<std::string> features;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) features.emplace_back("AVX2");
  if (__builtin_cpu_supports("fma") != 0) features.emplace_back("FMA");
  if (__builtin_cpu_supports("avx512f") != 0) features.emplace_back("AVX-512");
  if (__builtin_cpu_supports("avx512vnni") != 0) features.emplace_back("VNNI");
#endif
  return features;
}

Check memory_check(const HostState& host) {
  Check check{"memory", Health::Ok,
              "memory", memory_text(host.available) + " of " + memory_text(host.total) + " free",
              "",       nullptr};
  check.details = {{"total", host.total}, {"available", host.available}, {"limit", host.limit}};
  if (host.limit > 0) check.found += ", limited to " + memory_text(host.limit) + " by the control group";
  if (host.available < kTooLittleMemory) {
    check.health = Health::Error;
    check.advice = "Close other programs: even the built-in models need more than this.";
  } else if (host.available < kLittleMemory) {
    check.health = Health::Warning;
    check.advice = "Enough for the built-in models alone; close other programs before you take larger ones.";
  } else {
    check.advice = "`--memory-limit` keeps each step below a limit, should other programs need the rest.";
  }
  return check;
}

Check gpu_check(const GpuState& gpu, const std::string& driver) {
  Check check{"gpu",
              Health::Ok,
              gpu.id,
              fmt::format("{}, {} of {} free{}", gpu.name, memory_text(gpu.free), memory_text(gpu.total),
                          driver.empty() ? "" : ", driver " + driver),
              "",
              nullptr};
  Json holders = Json::array();
  for (const MemoryHolder& holder : gpu.holders)
    holders.push_back({{"pid", holder.pid}, {"name", holder.name}, {"bytes", holder.bytes}});
  check.details = {{"id", gpu.id},     {"name", gpu.name}, {"total", gpu.total},
                   {"free", gpu.free}, {"driver", driver}, {"holders", holders}};
  if (!gpu.holders.empty()) check.found += "; " + holders_text(gpu.holders);
  if (gpu.free * 2 < gpu.total) {
    check.health = Health::Warning;
    check.advice = gpu.holders.empty()
                       ? "More than half of it is taken, by programs that the driver does not name."
                       : "More than half of it is taken: end what you do not need before a run.";
  } else {
    check.advice = "`skald plan RECORDING` shows what would run on it.";
  }
  return check;
}

// Whether others can read a file that holds keys.
bool read_by_others(const fs::path& file) {
  struct stat info{};
  return ::stat(file.c_str(), &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

Check keys_check(const Settings& settings) {
  Check check{"keys", Health::Ok, "keys", "", "`skald keys test` asks the services whether they work.",
              nullptr};
  check.details = Json::object();
  for (const SettingInfo& setting : setting_catalogue()) {
    if (setting.kind != SettingKind::Key) continue;
    const std::string key = settings.text(setting.name);
    check.details[std::string(setting.name)] = key.empty() ? "" : masked(key);
    if (!key.empty())
      check.found += (check.found.empty() ? "" : ", ") + std::string(setting.name) + " " + masked(key);
  }
  if (!check.found.empty()) return check;
  check.found = "none";
  check.advice = "None is needed for what runs on this machine.";
  return check;
}

}  // namespace

std::vector<Check> check_settings(const Result<Settings>& settings) {
  if (!settings)
    return {
        {"settings", Health::Error, "settings", settings.error().message, advice(settings.error()), nullptr}};
  Check check{
      "settings", Health::Ok, "settings", "", "`skald config show` lists all, with where they come from.",
      nullptr};
  for (const fs::path& file : settings->files())
    check.found += (check.found.empty() ? "" : ", ") + file.string();
  if (check.found.empty()) check.found = "no .env file";
  if (!settings->unknown_names().empty())
    check.found += fmt::format("; {} name(s) of other programs", settings->unknown_names().size());
  for (const fs::path& file : settings->files())
    for (const auto& [name, value] : settings->all())
      if (is_secret(name) && value.origin.starts_with(file.string()) && read_by_others(file)) {
        check.health = Health::Warning;
        check.advice = "Others on this machine can read the keys in it: `chmod 600 " + file.string() + "`.";
      }
  return {check, keys_check(*settings)};
}

std::vector<Check> check_devices(const Result<Devices>& devices, const Settings& settings) {
  if (!devices)
    return {{"memory", Health::Error, "memory", devices.error().message, advice(devices.error()), nullptr}};
  std::vector<Check> checks = {memory_check(devices->host)};
  for (const GpuState& gpu : devices->gpus) checks.push_back(gpu_check(gpu, devices->driver));
  if (devices->gpus.empty()) {
    const bool wished = settings.text("INFERENCE_DEVICE") == "cuda";
    checks.push_back({"gpu", wished ? Health::Warning : Health::Ok, "graphics card",
                      devices->no_gpu.empty() ? "none" : "none: " + devices->no_gpu,
                      wished ? "INFERENCE_DEVICE is cuda: set it to auto or cpu, or repair the driver."
                             : "None is needed: everything runs on the CPU.",
                      nullptr});
  }
  if (devices->simulated)
    checks.push_back({"simulated", Health::Warning, "simulated", "SKALD_DEVICES describes another machine",
                      "Unset SKALD_DEVICES to see this one.", nullptr});
  return checks;
}

Check check_cpu() {
  const auto features = processor_features();
  Check check{"cpu", Health::Ok, "processor", "", "", nullptr};
  std::string list;
  for (const std::string& feature : features) list += (list.empty() ? "" : ", ") + feature;
  check.found = fmt::format("{}, {} core(s), {}", processor_name(), usable_cores(),
                            list.empty() ? "no vector units that Skald uses" : list);
  check.details = {{"cores", usable_cores()}, {"features", features}};
  if (features.empty()) {
    check.health = Health::Warning;
    check.advice = "Without AVX2 speech recognition takes many times longer; the small models are best.";
  } else {
    check.advice = "`--threads N` leaves cores to other programs.";
  }
  return check;
}

Check check_disk(std::string id, std::string title, const fs::path& folder) {
  Check check{std::move(id), Health::Ok, std::move(title), "", "", nullptr};
  const auto free = free_bytes(folder);
  if (!free) {
    check.health = Health::Error;
    check.found = free.error().message;
    check.advice = advice(free.error());
    return check;
  }
  check.found = memory_text(*free) + " free for " + folder.string();
  check.details = {{"folder", folder.string()}, {"free", *free}};
  if (*free < kTooLittleDisk) {
    check.health = Health::Error;
    check.advice = "Too little for a session: free some space, or give another folder.";
  } else if (*free < kLittleDisk) {
    check.health = Health::Warning;
    check.advice = "A long session may fill it: an hour takes about 0.3 GiB while it is worked on.";
  } else {
    check.advice = "`skald sessions remove ID` gives back what a session took.";
  }
  return check;
}

Check check_home(const fs::path& home) {
  const auto store = Store::open(home);
  if (!store) return {"home", Health::Error, "home", store.error().message, advice(store.error()), nullptr};
  const auto runs = (*store)->runs();
  if (!runs) return {"home", Health::Error, "home", runs.error().message, advice(runs.error()), nullptr};
  return {"home",
          Health::Ok,
          "home",
          fmt::format("{}, {} run(s)", home.string(), runs->size()),
          "Logs are in its folder `logs`; `skald sessions list` shows the runs.",
          nullptr};
}

}  // namespace skald
