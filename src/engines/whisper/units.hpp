// Finished batches of chunks on disk, and the file that they make together.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/types.hpp"
#include "engines/whisper/chunks.hpp"

namespace skald::whisper {

Status write_unit(const std::filesystem::path& folder, std::size_t index, const std::vector<Chunk>& chunks);

/// The unit as an earlier run left it; nothing where it is missing, unreadable, or not of these chunks.
std::optional<std::vector<Chunk>> read_unit(const std::filesystem::path& folder, std::size_t index,
                                            std::span<const ChunkPlan> plans);

/// words.json of docs/formats/worker-protocol.md.
Status write_words(const std::filesystem::path& file, const std::string& model,
                   const std::vector<Chunk>& chunks);

}  // namespace skald::whisper
