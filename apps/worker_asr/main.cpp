// worker_asr JOB.json: speech to words (docs/formats/worker-protocol.md).
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "engines/whisper/job.hpp"
#include "platform/worker/channel.hpp"

namespace {

// OpenMP threads that spin while they wait take time from others; libraries read these settings when they are
// loaded, so the program starts itself again with them.
void wait_passively(char** argv) {
  const char* now = std::getenv("OMP_WAIT_POLICY");
  if (now && std::string_view(now) == "PASSIVE") return;
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
  ::setenv("KMP_BLOCKTIME", "0", 1);
  ::execv("/proc/self/exe", argv);
}

}  // namespace

int main(int argc, char** argv) {
  // The driver's tools count cards by their place on the bus, and so does Skald.
  ::setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 1);
  wait_passively(argv);
  return skald::run_worker(argc, argv, skald::whisper::run_job);
}
