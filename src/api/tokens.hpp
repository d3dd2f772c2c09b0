// Tokens for scripts: shown once when they are made, kept as hashes.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald::api {

/// What a token may do; each includes those before it.
enum class Scope {
  Read,    // look at everything
  Change,  // upload, run and correct
  Admin    // also remove sessions, and whatever concerns the server itself
};
std::string_view to_string(Scope scope);
std::optional<Scope> scope_from(std::string_view name);

/// A token as it is kept.
struct KeptToken {
  std::string hash;  // SHA-256, hexadecimal
  Scope scope = Scope::Admin;
  std::string created;  // local time, YYYYMMDD_HHMMSS
  std::string name;
};

/// Tokens of one home. Processes may share it: one makes tokens while another checks them.
class TokenBook {
 public:
  explicit TokenBook(const std::filesystem::path& home) : file_(home / "api-tokens") {}
  /// A new token, valid at once; the file, which only the owner may read, gets its SHA-256. Usage: no name
  /// of at most 100 printable characters. Conflict: there is a token of that name.
  Result<std::string> make(const std::string& name, Scope scope, const std::string& created) const;
  /// The same, with all rights and a number as its name.
  Result<std::string> make(const std::string& created) const;
  /// Compares with every hash that is kept, in a time that does not tell which one is near.
  std::optional<Scope> scope_of(std::string_view token) const;
  Result<std::vector<KeptToken>> list() const;
  /// It is not valid any more. NotFound: there is none of that name.
  Status remove(std::string_view name) const;
  /// None is valid any more.
  Status forget_all() const;

 private:
  Status write(const std::vector<KeptToken>& tokens) const;
  std::filesystem::path file_;
};

}  // namespace skald::api
