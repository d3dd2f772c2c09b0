// A ZIP archive with one track a player, as recorders of voice chats give it, to files of generated names.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engines/media/media.hpp"

namespace skald::media {

struct UnpackLimits {
  std::size_t most_entries = 1000;           // in the archive
  std::size_t most_tracks = 32;              // sounds among them
  std::uint64_t most_bytes = 16ULL << 30;    // of all tracks together
  std::uint64_t most_of_one = 2ULL << 30;    // of a track
  std::uint64_t most_growth = 50;            // times the archive's size, beyond the first
  std::uint64_t free_growth = 256ULL << 20;  // bytes
};

struct PackedTrack {
  std::string file;  // "01", in the output folder
  std::string name;  // in the archive: text, never a path
  std::uint64_t bytes = 0;
};

/// Files all open, so that the process may enter a sandbox before run() reads the archive.
class Unpacking {
 public:
  static Result<Unpacking> prepare(const std::filesystem::path& archive, const std::filesystem::path& output,
                                   const UnpackLimits& limits = {});
  /// Writes each track in the archive's order and commits tracks.json: {"tracks": [{"file", "name"}]}. What
  /// is no sound by its name is left out. InvalidInput: no archive, one with folders in it, with a password,
  /// with no sound, damaged, or larger than the limits. NoSpace, Cancelled, Io.
  Result<std::vector<PackedTrack>> run(const Progress& progress, const Cancelled& cancelled);

 private:
  Unpacking(InputFile input, PendingFile list, UnpackLimits limits)
      : input_(std::move(input)), list_(std::move(list)), limits_(limits) {}
  InputFile input_;
  PendingFile list_;
  UnpackLimits limits_;
  std::uint64_t room_ = 0;          // bytes on the disk
  std::vector<PendingFile> files_;  // for as many tracks as there may be
};

}  // namespace skald::media
