// What memory a machine has, and who holds it: cards and host. A port; the machine's own answer comes from
// src/platform/devices.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald {

struct MemoryHolder {
  int pid = 0;
  std::string name;         // of the program
  std::uint64_t bytes = 0;  // 0: the driver does not tell
};

struct GpuState {
  std::string id;    // "cuda:0"
  std::string name;  // as the driver calls it
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::vector<MemoryHolder> holders;
  int capability = 0;  // CUDA's compute capability, 61 for 6.1; 0: not told
};

struct HostState {
  std::uint64_t total = 0;
  std::uint64_t available =
      0;  // what a new process can take without swapping; never above what is left of `limit`
  std::uint64_t limit = 0;  // of the control group that Skald runs in; 0: none
};

struct Devices {
  HostState host;
  std::vector<GpuState> gpus;
  std::string driver;      // version of the NVIDIA driver; empty: there is none
  std::string no_gpu;      // why there is no card, in words for people; empty where there is one
  bool simulated = false;  // SKALD_DEVICES described them

  /// nullptr where there is no such card.
  const GpuState* gpu(std::string_view id) const;
};

/// Bytes of a card that Ollama's models hold, of `loaded` bytes on all cards together. Ollama does not say
/// which card a model is on: with several, what the driver tells of Ollama's processes counts, and nothing
/// where it tells nothing.
std::uint64_t held_by_ollama(const Devices& devices, const GpuState& card, std::uint64_t loaded);

/// What is left of `from` without `what`; never below zero.
std::uint64_t less(std::uint64_t from, std::uint64_t what);

class DeviceProbe {
 public:
  virtual ~DeviceProbe() = default;
  /// The state of this moment.
  virtual Result<Devices> look() = 0;

  // A simulated machine has to be told what Skald starts and ends on it; a real one sees for itself.
  virtual void taken(std::string_view device, const MemoryHolder& holder);
  virtual void given_back(std::string_view device, int pid);
  /// Ollama was told to unload this model.
  virtual void unloaded(std::string_view model);
};

/// "12.8 GiB", "640 MiB": the units that drivers and Ollama use.
std::string memory_text(std::uint64_t bytes);
/// Bytes of "12 GiB", "640M", "1048576"; K, M and G without B count as 1024. Nothing for other text.
std::optional<std::uint64_t> parse_memory(std::string_view text);
/// "ollama (pid 812) holds 8.2 GiB, firefox (pid 77) holds 310 MiB"; empty without holders.
std::string holders_text(const std::vector<MemoryHolder>& holders);

}  // namespace skald
