// Tokens for scripts: shown once when they are made, kept as hashes.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald::api {

/// Tokens of one home. Processes may share it: one makes tokens while another checks them.
class TokenBook {
 public:
  explicit TokenBook(const std::filesystem::path& home) : file_(home / "api-tokens") {}
  /// A new token, valid at once; the file, which only the owner may read, gets its SHA-256.
  Result<std::string> make() const;
  /// Compares with every hash that is kept, in a time that does not tell which one is near.
  bool knows(std::string_view token) const;
  /// None is valid any more.
  Status forget_all() const;

 private:
  std::filesystem::path file_;
};

}  // namespace skald::api
