// SHA-256, for artifact keys and for verifying models.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept = default;
  Sha256(const Sha256& other);  // goes on from where the other one is
  Sha256& operator=(Sha256&&) noexcept = default;
  void update(std::string_view bytes);
  /// 64 lower-case hexadecimal digits. Ends the computation.
  std::string hex();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

std::string sha256(std::string_view bytes);
/// `goes_on` hears how many bytes each piece had that was read; false ends it, with Cancelled.
Result<std::string> sha256_file(
    const std::filesystem::path& path,
    const std::function<bool(std::size_t bytes)>& goes_on = [](std::size_t) { return true; });

}  // namespace skald
