// head.bin: "SKCH", version, counts, tables, and a checksum of all that stands before it.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "domain/classify/head.hpp"

namespace skald::classify {
namespace {

constexpr std::string_view kMagic = "SKCH";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kMostLayers = 64, kMostNumbers = 1U << 16, kMostWords = 1U << 20;

// FNV-1a: finds damage, not malice.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::byte b : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(b)) * 1099511628211ULL;
  return hash;
}

class Writer {
 public:
  template <typename T>
  void value(T v) {
    bytes_.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  template <typename T>
  void values(const T& all) {
    for (const auto& v : all) {
      if constexpr (requires { v.size(); }) {
        values(v);
      } else {
        value(v);
      }
    }
  }
  void text(std::string_view t) {
    value(static_cast<std::uint8_t>(t.size()));
    bytes_.append(t);
  }
  std::string take() {
    value(checksum(std::as_bytes(std::span(bytes_))));
    return std::move(bytes_);
  }
  void raw(std::string_view t) { bytes_.append(t); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <typename T>
  T value() {
    T v{};
    if (rest_.size() < sizeof v) ok_ = false;
    if (!ok_) return {};
    std::memcpy(&v, rest_.data(), sizeof v);
    rest_ = rest_.subspan(sizeof v);
    return v;
  }
  // Fills what is there already; numbers must be finite.
  template <typename T>
  void values(T& all) {
    for (auto& v : all) {
      if (!ok_) return;
      if constexpr (requires { v.size(); }) {
        values(v);
      } else {
        v = value<std::remove_reference_t<decltype(v)>>();
        if constexpr (std::is_floating_point_v<std::remove_reference_t<decltype(v)>>)
          if (!std::isfinite(v)) ok_ = false;
      }
    }
  }
  // As many values as `count`, where the file is long enough to hold them.
  template <typename T>
  void values(std::vector<T>& all, std::size_t count) {
    if (count > rest_.size() / sizeof(T)) ok_ = false;
    if (!ok_) return;
    all.resize(count);
    values(all);
  }
  std::string text() {
    const auto length = value<std::uint8_t>();
    if (rest_.size() < length) ok_ = false;
    if (!ok_) return {};
    std::string t(reinterpret_cast<const char*>(rest_.data()), length);
    rest_ = rest_.subspan(length);
    return t;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace

std::string head_bytes(const Head& head) {
  Writer w;
  w.raw(kMagic);
  w.value(kVersion);
  w.value(static_cast<std::uint32_t>(head.layers.size()));
  w.value(static_cast<std::uint32_t>(head.size()));
  w.value(static_cast<std::uint32_t>(head.words.size()));
  w.value(static_cast<std::uint32_t>(kSurface));
  for (const int layer : head.layers) w.value(static_cast<std::int32_t>(layer));
  w.values(head.mean);
  w.values(head.scale);
  w.values(head.own);
  w.values(head.for_next);
  w.values(head.for_previous);
  for (const std::string& word : head.words) w.text(word);
  w.values(head.rarity);
  w.values(head.word_weights);
  w.values(head.surface);
  w.values(head.bias);
  w.values(head.flow);
  w.values(head.slope);
  w.values(head.offset);
  return w.take();
}

Result<Head> parse_head(std::span<const std::byte> file, std::string_view origin) {
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::InvalidModel,
                "the trained head '" + std::string(origin) + "' " + std::string(what));
  };
  if (file.size() < 32 || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0)
    return damaged("is no file of weights for labels");
  const auto body = file.first(file.size() - sizeof(std::uint64_t));
  std::uint64_t stored = 0;
  std::memcpy(&stored, file.data() + body.size(), sizeof stored);
  Reader r(body.subspan(kMagic.size()));
  if (r.value<std::uint32_t>() != kVersion) return damaged("is of another version");
  if (stored != checksum(body)) return damaged("is damaged");
  const auto layers = r.value<std::uint32_t>(), numbers = r.value<std::uint32_t>(),
             words = r.value<std::uint32_t>();
  if (r.value<std::uint32_t>() != kSurface) return damaged("is of another version");
  if (layers < 1 || layers > kMostLayers || numbers < 1 || numbers > kMostNumbers || words > kMostWords)
    return damaged("has sizes that cannot be");
  Head head;
  r.values(head.layers, layers);
  r.values(head.mean, numbers);
  r.values(head.scale, numbers);
  r.values(head.own, numbers);
  r.values(head.for_next, numbers);
  r.values(head.for_previous, numbers);
  for (std::uint32_t i = 0; i < words && r.ok(); ++i) head.words.push_back(r.text());
  r.values(head.rarity, words);
  r.values(head.word_weights, words);
  r.values(head.surface);
  r.values(head.bias);
  r.values(head.flow);
  r.values(head.slope);
  r.values(head.offset);
  if (!r.ok() || !r.at_end()) return damaged("is damaged: its tables do not fit its length");
  if (!std::is_sorted(head.words.begin(), head.words.end()))
    return damaged("is damaged: its words are out of order");
  return head;
}

}  // namespace skald::classify
