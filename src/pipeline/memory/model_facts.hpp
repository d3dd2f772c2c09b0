// What a GGUF file or /api/show tells about a language model: named values and tensors.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/json.hpp"
#include "pipeline/memory/llm_need.hpp"

namespace skald {

struct TensorFacts {
  std::string name;
  std::string type;  // "Q4_K"
  std::vector<std::uint64_t> shape;
};

struct ModelFacts {
  Json values = Json::object();  // "llama.block_count": 32; long arrays are empty
  std::vector<TensorFacts> tensors;
  std::uint64_t vocabulary = 0;  // tokens that the tokenizer lists; 0: not told
};

/// Bytes of a tensor; nothing for a type that is not known, or a shape that does not fit its blocks.
std::optional<std::uint64_t> tensor_bytes(const TensorFacts& tensor);
/// The name of a type by its number in GGUF files; empty for an unknown one.
std::string_view tensor_type_name(std::uint32_t number);

/// `size`: bytes of the weights where the facts hold no tensors, or one of an unknown type.
Result<LlmShape> shape_from_facts(const ModelFacts& facts, std::uint64_t size, std::string_view origin);

}  // namespace skald
