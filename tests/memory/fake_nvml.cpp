// A library with NVIDIA's interface, for tests of what opens it at run time. FAKE_NVML in the environment
// says what it is like: "two" cards, "dead" driver, "many" processes, "old": no compute capability told.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Memory {
  unsigned long long total, free, used;
};
struct Process {
  unsigned int pid;
  unsigned long long memory;
  unsigned int gpu_instance, compute_instance;
};

int started = 0;
char cards[2];  // their addresses are the handles

bool is(const char* what) {
  const char* told = std::getenv("FAKE_NVML");
  return told != nullptr && std::string_view(told) == what;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  if (is("dead")) return 9;
  ++started;
  return 0;
}
int nvmlShutdown() {
  --started;
  return 0;
}
const char* nvmlErrorString(int code) {
  return code == 9 ? "Driver Not Loaded" : "Unknown Error";
}
int nvmlSystemGetDriverVersion(char* text, unsigned int length) {
  std::snprintf(text, length, "550.90.07");
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned int* count) {
  *count = 2;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void** device) {
  if (index > 1 || (index == 1 && is("lost"))) return 15;
  *device = &cards[index];
  return 0;
}
int nvmlDeviceGetName(void* device, char* text, unsigned int length) {
  std::snprintf(text, length, device == &cards[0] ? "NVIDIA GeForce RTX 3060" : "NVIDIA GeForce RTX 3090");
  return 0;
}
int nvmlDeviceGetCudaComputeCapability(void* device, int* major, int* minor) {
  if (is("old")) return 3;  // not supported
  *major = 8;
  *minor = device == &cards[0] ? 6 : 9;
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  const unsigned long long gibi = 1ULL << 30;
  const unsigned long long total = device == &cards[0] ? 12 * gibi : 24 * gibi;
  *memory = {total, total - 3 * gibi, 3 * gibi};
  return 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned int* count, Process* rows) {
  const unsigned int there = device != &cards[0] ? 0 : is("many") ? 200 : 2;
  if (*count < there) {
    *count = there;
    return 7;
  }
  *count = there;
  for (unsigned int i = 0; i < there; ++i) rows[i] = {1 + i, (i + 1ULL) << 30, 0, 0};
  if (there == 2) rows[1] = {4194303, ~0ULL, 0, 0};  // memory not told, as on Windows' display driver
  return 0;
}
}
