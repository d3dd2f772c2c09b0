// A small file of weights made by hand: one layer, eight numbers a token.
#pragma once
#include <cstdint>
#include <string>

#include "classify/sealed.hpp"

namespace skald {

/// A whole file; number i of the int8 weights is i modulo 7 minus 3, every other number is `value`.
inline std::string sample_dialogue(float value = 0.5F) {
  constexpr std::uint32_t width = 8, layers = 1, heads = 2, inner = 16, columns = 8, names = 3;
  std::string bytes = "SKDM";
  const auto put = [&](auto v) { bytes.append(reinterpret_cast<const char*>(&v), sizeof v); };
  const auto floats = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) put(value);
  };
  const auto linear = [&](std::size_t outputs, std::size_t inputs) {
    floats(outputs);
    for (std::size_t i = 0; i < outputs * inputs; ++i)
      bytes.push_back(static_cast<char>(static_cast<int>(i % 7) - 3));
    floats(outputs);
  };
  for (const std::uint32_t v : {2U, width, layers, heads, inner, columns, names}) put(v);
  put(1e-12F);
  floats(2 * width);
  for (int part = 0; part < 4; ++part) linear(width, width);
  linear(inner, width);
  linear(width, inner);
  floats(4 * width);
  floats(names * width + columns * 2 * width + columns);
  put(0.25);  // the share
  for (int i = 0; i < 15; ++i) put(static_cast<double>(i));
  return sealed(std::move(bytes));
}

}  // namespace skald
