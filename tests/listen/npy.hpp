// Arrays that NumPy wrote.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.hpp"

namespace skald {

/// The numbers of a little-endian C-ordered .npy file, whatever their type; NaN stays NaN.
inline std::vector<double> read_npy(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes || bytes->size() < 10 || bytes->substr(1, 5) != "NUMPY") {
    ADD_FAILURE() << path << " is no array";
    return {};
  }
  std::uint16_t length = 0;
  std::memcpy(&length, bytes->data() + 8, sizeof length);
  const std::string header = bytes->substr(10, length);
  const std::string body = bytes->substr(std::size_t{10} + length);
  EXPECT_NE(header.find("'fortran_order': False"), std::string::npos) << path;
  std::vector<double> numbers;
  const auto take = [&]<typename Stored>(Stored) {
    std::vector<Stored> stored(body.size() / sizeof(Stored));
    std::memcpy(stored.data(), body.data(), stored.size() * sizeof(Stored));
    numbers.assign(stored.begin(), stored.end());
  };
  if (header.find("<f4") != std::string::npos) take(float{});
  if (header.find("<f8") != std::string::npos) take(double{});
  if (header.find("<i8") != std::string::npos) take(std::int64_t{});
  if (header.find("|i1") != std::string::npos) take(std::int8_t{});
  if (header.find("|u1") != std::string::npos) take(std::uint8_t{});
  EXPECT_FALSE(numbers.empty()) << path << ": " << header;
  return numbers;
}

template <typename Number>
std::vector<Number> read_npy_as(const std::filesystem::path& path) {
  const auto numbers = read_npy(path);
  std::vector<Number> cast(numbers.size());
  for (std::size_t i = 0; i < cast.size(); ++i) cast[i] = static_cast<Number>(numbers[i]);
  return cast;
}

}  // namespace skald
