// Looks at everything that a run depends on. Starts nothing that stays; makes Skald's home where there is
// none.
#pragma once
#include <filesystem>
#include <vector>

#include "pipeline/memory/devices.hpp"
#include "pipeline/ports.hpp"
#include "service/doctor/check.hpp"
#include "service/settings/settings.hpp"

namespace skald {

struct Surroundings {
  DeviceProbe& devices;
  WorkerRunner& workers;
  std::filesystem::path home;
  std::filesystem::path output;    // where results would go
  std::filesystem::path programs;  // where the workers lie
  const CancelToken& cancel;
};

/// All checks, in the order in which they are shown.
std::vector<Check> examine(const Surroundings& around);
/// The same on this machine, with the workers beside the program and the home that holds.
std::vector<Check> examine_this_machine(const CancelToken& cancel);

// ---- one by one ----

std::vector<Check> check_settings(const Result<Settings>& settings);
std::vector<Check> check_devices(const Result<Devices>& devices, const Settings& settings);
Check check_cpu();
Check check_disk(std::string id, std::string title, const std::filesystem::path& folder);
Check check_home(const std::filesystem::path& home);
/// Whether each worker starts; and, from worker_media, its sandbox and the codecs that it reads.
std::vector<Check> check_workers(WorkerRunner& workers, const std::filesystem::path& programs,
                                 const CancelToken& cancel);
/// Whether the recogniser could use the cards: asked of worker_asr, which loads CUDA's libraries. Nothing
/// without a card.
std::vector<Check> check_cuda(const Result<Devices>& devices, WorkerRunner& workers,
                              const CancelToken& cancel);
/// Models that come with Skald: there, and as they should be. The wished speech model is there.
std::vector<Check> check_models(const Settings& settings);
/// Ollama: version, models, what is loaded, and which fit now and after unloading.
std::vector<Check> check_ollama(const Settings& settings, const Result<Devices>& devices,
                                const CancelToken& cancel);
}  // namespace skald
