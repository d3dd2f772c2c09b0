// Tables of the words that stand for the values of an enum, and looking up in both directions.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace skald {

template <typename E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

/// The word for `value`; empty where the table has none.
template <typename E, std::size_t N>
constexpr std::string_view find_name(const Names<E, N>& names, E value) {
  for (const auto& [key, text] : names)
    if (key == value) return text;
  return {};
}

/// The value that `text` stands for.
template <typename E, std::size_t N>
constexpr std::optional<E> find_value(const Names<E, N>& names, std::string_view text) {
  for (const auto& [key, candidate] : names)
    if (candidate == text) return key;
  return std::nullopt;
}

}  // namespace skald
