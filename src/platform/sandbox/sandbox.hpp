// Gives up what a process does not need before it touches data from outside: files, network, other programs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace skald {

/// Opening: Refused denies every open(), so that the process works on what is open already, also on a kernel
/// without Landlock. Listed allows opens, which Landlock then limits to the lists.
enum class Opening { Refused, Listed };

/// Code: Fixed denies new executable memory; Generated is for libraries that compile at run time.
enum class Code { Fixed, Generated };

struct SandboxSpec {
  std::vector<std::filesystem::path> read_paths;  // files, or folders with all beneath
  std::vector<std::filesystem::path>
      write_paths;  // folders in which files are made, read, renamed and removed
  Opening opening = Opening::Refused;
  Code code = Code::Fixed;
  std::uint64_t max_memory = 0;      // bytes of address space; 0: no limit
  std::uint64_t max_file_size = 0;   // bytes of one file written; 0: no limit
  std::uint64_t max_open_files = 0;  // 0: no limit
  std::uint64_t max_cpu_seconds = 0;
};

/// What is in force. Network, exec, ptrace and mount are denied by the system call filter.
struct SandboxLevel {
  int landlock_abi = 0;                                               // 0: this kernel has no Landlock
  enum class Filter { None, Strict, Relaxed } filter = Filter::None;  // Relaxed: a build with sanitizers
};

/// Enters the sandbox for good; call it while the process has one thread, as Landlock counts for the calling
/// thread and those that it starts. A kernel without Landlock or seccomp is no error: the level tells.
Result<SandboxLevel> enter_sandbox(const SandboxSpec& spec);

/// "Landlock 7, system call filter"; "none" where the kernel has neither.
std::string to_string(const SandboxLevel& level);

}  // namespace skald
