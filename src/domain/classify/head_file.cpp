// head.bin: "SKCH", version, counts, tables, and a checksum of all that stands before it.
#include <algorithm>
#include <cstdint>

#include "domain/classify/head.hpp"
#include "domain/classify/weights_file.hpp"

namespace skald::classify {
namespace {

constexpr std::string_view kMagic = "SKCH";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kMostLayers = 64, kMostNumbers = 1U << 16, kMostWords = 1U << 20;

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
  w.values(head.chain.flow);
  w.values(head.chain.slope);
  w.values(head.chain.offset);
  return w.take();
}

Result<Head> parse_head(std::span<const std::byte> file, std::string_view origin) {
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::InvalidModel,
                "the trained head '" + std::string(origin) + "' " + std::string(what));
  };
  switch (state_of(file, kMagic, kVersion)) {
    case WeightsState::Foreign:
      return damaged("is no file of weights for labels");
    case WeightsState::OtherVersion:
      return damaged("is of another version");
    case WeightsState::Damaged:
      return damaged("is damaged");
    case WeightsState::Sound:
      break;
  }
  WeightsReader r(tables_of(file));
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
  r.values(head.chain.flow);
  r.values(head.chain.slope);
  r.values(head.chain.offset);
  if (!r.ok() || !r.at_end()) return damaged("is damaged: its tables do not fit its length");
  if (!std::is_sorted(head.words.begin(), head.words.end()))
    return damaged("is damaged: its words are out of order");
  return head;
}

}  // namespace skald::classify
