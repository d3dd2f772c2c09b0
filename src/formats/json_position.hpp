// Where in a JSON text a value stands: parsed JSON does not know, and users want line and column.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace skald {

/// A step into a JSON value: a key or an index.
using JsonStep = std::variant<std::string, std::size_t>;

struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;  // in bytes, from 1
};

/// The start of the value that the steps lead to, or of the last one on the way that exists. `text` is valid
/// JSON.
TextPosition position_of(std::string_view text, const std::vector<JsonStep>& steps);

struct DoubledKey {
  std::vector<JsonStep> steps;
  TextPosition position;  // of its second value
};
/// The first key that stands twice in one object. `text` is valid JSON.
std::optional<DoubledKey> doubled_key(std::string_view text);

/// "characters[2].name"
std::string describe_steps(const std::vector<JsonStep>& steps);

}  // namespace skald
