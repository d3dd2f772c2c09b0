// NVIDIA's management library, opened at run time: which cards there are, their memory, and who holds it.
#pragma once
#include <memory>
#include <string>

#include "pipeline/memory/devices.hpp"

namespace skald {

class Nvml {
 public:
  /// Fails with Unavailable, in words for people, where there is no library, no driver or no card.
  static Result<std::unique_ptr<Nvml>> open(const std::string& library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  Result<std::vector<GpuState>> cards() const;
  std::string driver() const;

 private:
  struct Library;
  explicit Nvml(std::unique_ptr<Library> library);
  std::unique_ptr<Library> library_;
};

/// Name of a process from /proc; "another program" where it cannot be read.
std::string process_name(int pid);

}  // namespace skald
