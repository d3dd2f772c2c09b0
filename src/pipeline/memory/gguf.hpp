// The header of a GGUF file: named values and the list of tensors, without the weights.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "pipeline/memory/model_facts.hpp"

namespace skald {

/// Versions 2 and 3. Lists of more than 1,024 values are read over. Fails with InvalidModel, and the place,
/// on anything that is not a whole header.
Result<ModelFacts> parse_gguf(std::span<const std::byte> bytes, std::string_view origin);

/// Shape of the model in a GGUF file; only its header is read.
Result<LlmShape> read_gguf_shape(const std::filesystem::path& file);

}  // namespace skald
