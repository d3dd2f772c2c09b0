// The recordings of a run: what is in them, and that they stay what they are.
#pragma once
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "pipeline/ports.hpp"

namespace skald {

struct Recording {
  std::filesystem::path path;
  std::string content = {};   // SHA-256
  std::string modified = {};  // UTC, ISO 8601: results carry it, so that equal runs write equal files
  bool archive = false;       // ZIP, with tracks in it
  struct stat seen{};
};

Result<Recording> read_recording(const std::filesystem::path& path, const CancelToken& cancel);
/// Fails with InputChanged where size or time differ from when it was read.
Status unchanged(const Recording& recording);

}  // namespace skald
