#include "platform/devices/nvml.hpp"

#include <dlfcn.h>

#include <array>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"

namespace skald {
namespace {

// The few declarations of NVIDIA's interface that are used here; its numbers are stable across drivers.
using Device = void*;
constexpr int kSuccess = 0, kTooSmall = 7;
constexpr unsigned long long kNotAvailable = ~0ULL;

struct Memory {
  unsigned long long total, free, used;
};
struct ProcessOld {
  unsigned int pid;
  unsigned long long memory;
};
struct Process {
  unsigned int pid;
  unsigned long long memory;
  unsigned int gpu_instance, compute_instance;
};

struct Closer {
  void operator()(void* handle) const { ::dlclose(handle); }
};

template <typename Row>
using ListProcesses = int (*)(Device, unsigned int*, Row*);

}  // namespace

struct Nvml::Library {
  std::unique_ptr<void, Closer> handle;
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*count)(unsigned int*) = nullptr;
  int (*device)(unsigned int, Device*) = nullptr;
  int (*name)(Device, char*, unsigned int) = nullptr;
  int (*memory)(Device, Memory*) = nullptr;
  int (*capability)(Device, int*, int*) = nullptr;
  int (*driver)(char*, unsigned int) = nullptr;
  const char* (*error_text)(int) = nullptr;
  std::array<ListProcesses<Process>, 2> processes{};         // computing, drawing
  std::array<ListProcesses<ProcessOld>, 2> processes_old{};  // of drivers before 2021
  bool started = false;

  template <typename Function>
  void find(Function& function, const char* symbol) {
    function = reinterpret_cast<Function>(::dlsym(handle.get(), symbol));
  }

  std::string why(int code) const {
    return error_text == nullptr ? "error " + std::to_string(code) : std::string(error_text(code));
  }

  template <typename Row>
  std::vector<MemoryHolder> holders(Device card, const ListProcesses<Row> list) const;
};

template <typename Row>
std::vector<MemoryHolder> Nvml::Library::holders(Device card, const ListProcesses<Row> list) const {
  std::vector<Row> rows(64);
  auto number = static_cast<unsigned int>(rows.size());
  int code = list(card, &number, rows.data());
  // Processes may appear between the two calls.
  for (int again = 0; code == kTooSmall && again < 4; ++again) {
    rows.resize(number + 64);
    number = static_cast<unsigned int>(rows.size());
    code = list(card, &number, rows.data());
  }
  std::vector<MemoryHolder> found;
  if (code != kSuccess) return found;
  for (std::size_t i = 0; i < number && i < rows.size(); ++i) {
    const int pid = static_cast<int>(rows[i].pid);
    found.push_back({pid, process_name(pid), rows[i].memory == kNotAvailable ? 0 : rows[i].memory});
  }
  return found;
}

Nvml::Nvml(std::unique_ptr<Library> library) : library_(std::move(library)) {}

Nvml::~Nvml() {
  if (library_->started) library_->shutdown();
}

Result<std::unique_ptr<Nvml>> Nvml::open(const std::string& name) {
  auto library = std::make_unique<Library>();
  library->handle.reset(::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library->handle) return fail(ErrorCode::Unavailable, "no NVIDIA driver is installed");
  Library& l = *library;
  l.find(l.init, "nvmlInit_v2");
  l.find(l.shutdown, "nvmlShutdown");
  l.find(l.count, "nvmlDeviceGetCount_v2");
  l.find(l.device, "nvmlDeviceGetHandleByIndex_v2");
  l.find(l.name, "nvmlDeviceGetName");
  l.find(l.memory, "nvmlDeviceGetMemoryInfo");
  l.find(l.capability, "nvmlDeviceGetCudaComputeCapability");
  l.find(l.driver, "nvmlSystemGetDriverVersion");
  l.find(l.error_text, "nvmlErrorString");
  constexpr std::array<const char*, 2> processes = {"nvmlDeviceGetComputeRunningProcesses",
                                                    "nvmlDeviceGetGraphicsRunningProcesses"};
  for (std::size_t i = 0; i < processes.size(); ++i) {
    for (const char* version : {"_v3", "_v2"})
      if (l.processes[i] == nullptr) l.find(l.processes[i], (std::string(processes[i]) + version).c_str());
    l.find(l.processes_old[i], processes[i]);
  }
  if (!l.init || !l.shutdown || !l.count || !l.device || !l.name || !l.memory)
    return fail(ErrorCode::Unavailable, "the NVIDIA driver is too old to tell about its memory");
  if (const int code = l.init(); code != kSuccess)
    return fail(ErrorCode::Unavailable, "the NVIDIA driver does not answer: " + l.why(code));
  l.started = true;
  return std::unique_ptr<Nvml>(new Nvml(std::move(library)));
}

std::string Nvml::driver() const {
  std::array<char, 96> text{};
  if (library_->driver == nullptr || library_->driver(text.data(), text.size()) != kSuccess) return {};
  return text.data();
}

Result<std::vector<GpuState>> Nvml::cards() const {
  const Library& l = *library_;
  unsigned int number = 0;
  if (const int code = l.count(&number); code != kSuccess)
    return fail(ErrorCode::Unavailable, "the NVIDIA driver does not list its cards: " + l.why(code));
  std::vector<GpuState> cards;
  for (unsigned int i = 0; i < number; ++i) {
    Device card = nullptr;
    Memory memory{};
    std::array<char, 96> name{};
    // A card that has fallen off the bus is left out; the others can still be used.
    if (l.device(i, &card) != kSuccess || l.memory(card, &memory) != kSuccess) continue;
    if (l.name(card, name.data(), name.size()) != kSuccess) name.front() = 0;
    GpuState state{"cuda:" + std::to_string(i), name.data(), memory.total, memory.free, {}};
    int major = 0, minor = 0;
    if (l.capability != nullptr && l.capability(card, &major, &minor) == kSuccess)
      state.capability = 10 * major + minor;
    for (std::size_t kind = 0; kind < l.processes.size(); ++kind) {
      const auto found = l.processes[kind] != nullptr       ? l.holders(card, l.processes[kind])
                         : l.processes_old[kind] != nullptr ? l.holders(card, l.processes_old[kind])
                                                            : std::vector<MemoryHolder>();
      state.holders.insert(state.holders.end(), found.begin(), found.end());
    }
    cards.push_back(std::move(state));
  }
  return cards;
}

std::string process_name(int pid) {
  const auto name = read_file("/proc/" + std::to_string(pid) + "/comm", 4096);
  const std::string text = name ? repair_utf8(trim(*name)) : std::string();
  return text.empty() ? "another program" : text;
}

}  // namespace skald
