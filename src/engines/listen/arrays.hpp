// Plain arrays of a model folder.
#pragma once
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "domain/diarization/plda.hpp"

namespace skald::listen {

/// `count` numbers of type Stored as they stand in the file. InvalidModel, naming the file, where it is
/// missing or of another size.
template <typename Stored, typename Value>
Result<std::vector<Value>> read_array(const std::filesystem::path& path, std::size_t count) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::InvalidModel, "the model file " + path.string() + " is missing");
  if (size != count * sizeof(Stored)) {
    return fail(ErrorCode::InvalidModel, "the model file " + path.string() + " has " + std::to_string(size) +
                                             " bytes instead of " + std::to_string(count * sizeof(Stored)));
  }
  const std::string bytes = TRY(read_file(path));
  std::vector<Stored> stored(count);
  std::memcpy(stored.data(), bytes.data(), bytes.size());
  return std::vector<Value>(stored.begin(), stored.end());
}

/// The PLDA of a community-1 folder, ready for VBx.
Result<PldaModel> read_plda(const std::filesystem::path& models);

}  // namespace skald::listen
