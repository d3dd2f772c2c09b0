// What files of trained weights have in common: little-endian, a magic word, numbers one after the other, and
// a checksum of all that stands before it.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace skald::classify {

/// FNV-1a: finds damage, not malice.
inline std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::byte b : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(b)) * 1099511628211ULL;
  return hash;
}

/// Takes numbers off the front. After anything that cannot be (an end too early, a number that is none) ok()
/// is false, and all that is taken later is empty.
class WeightsReader {
 public:
  explicit WeightsReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::span<const std::byte> bytes(std::size_t count) {
    if (count > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  template <typename T>
  T value() {
    T v{};
    const auto from = bytes(sizeof v);
    if (!ok_) return {};
    std::memcpy(&v, from.data(), sizeof v);
    if constexpr (std::is_floating_point_v<T>)
      if (!std::isfinite(v)) ok_ = false;
    return v;
  }
  /// Fills what is there already.
  template <typename T>
  void values(T& all) {
    for (auto& v : all) {
      if (!ok_) return;
      if constexpr (requires { v.size(); }) {
        values(v);
      } else {
        v = value<std::remove_reference_t<decltype(v)>>();
      }
    }
  }
  /// As many values as `count`, where the file is long enough to hold them.
  template <typename T>
  void values(std::vector<T>& all, std::size_t count) {
    if (count > rest_.size() / sizeof(T)) ok_ = false;
    if (!ok_) return;
    all.resize(count);
    values(all);
  }
  std::string text() {
    const auto taken = bytes(value<std::uint8_t>());
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

/// What the front of such a file says about it.
enum class WeightsState { Sound, Foreign, OtherVersion, Damaged };

inline constexpr std::size_t kWeightsFront = 8;  // bytes of magic and version

/// Checks magic, version and checksum.
inline WeightsState state_of(std::span<const std::byte> file, std::string_view magic, std::uint32_t version) {
  if (file.size() < kWeightsFront + sizeof(std::uint64_t) ||
      std::memcmp(file.data(), magic.data(), magic.size()) != 0)
    return WeightsState::Foreign;
  std::uint32_t found = 0;
  std::memcpy(&found, file.data() + magic.size(), sizeof found);
  if (found != version) return WeightsState::OtherVersion;
  std::uint64_t stored = 0;
  const auto body = file.first(file.size() - sizeof stored);
  std::memcpy(&stored, file.data() + body.size(), sizeof stored);
  return stored == checksum(body) ? WeightsState::Sound : WeightsState::Damaged;
}

/// What stands between version and checksum of a sound file.
inline std::span<const std::byte> tables_of(std::span<const std::byte> file) {
  return file.subspan(kWeightsFront, file.size() - kWeightsFront - sizeof(std::uint64_t));
}

}  // namespace skald::classify
