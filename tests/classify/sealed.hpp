// Files of weights with a checksum that fits.
#pragma once
#include <span>
#include <string>

#include "domain/classify/weights_file.hpp"

namespace skald {

/// The checksum of `bytes`, appended.
inline std::string sealed(std::string bytes) {
  const std::uint64_t hash = classify::checksum(std::as_bytes(std::span(bytes)));
  bytes.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  return bytes;
}

/// The file with its checksum made right again, so that what lies behind it is tested too.
inline std::string resealed(std::string bytes) {
  bytes.resize(bytes.size() - sizeof(std::uint64_t));
  return sealed(std::move(bytes));
}

}  // namespace skald
