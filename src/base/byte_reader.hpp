// Reads numbers and pieces out of bytes from outside, never beyond their end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald {

/// Little-endian numbers, one after the other. Errors are InvalidModel, and name origin and place.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string_view origin) : bytes_(bytes), origin_(origin) {}

  std::size_t position() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }

  tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(ErrorCode::InvalidModel, "'" + std::string(origin_) + "' is damaged at byte " +
                                             std::to_string(at_) + ": " + std::string(what));
  }

  Result<std::span<const std::byte>> take(std::uint64_t count) {
    if (count > left()) return damaged("it ends too early");
    const auto piece = bytes_.subspan(at_, count);
    at_ += count;
    return piece;
  }

  template <typename T>
  Result<T> number() {
    const auto piece = TRY(take(sizeof(T)));
    T value{};
    std::memcpy(&value, piece.data(), sizeof value);
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string_view origin_;
  std::size_t at_ = 0;
};

}  // namespace skald
