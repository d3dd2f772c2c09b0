// dialogue.bin: "SKDM", version, sizes, tables, and a checksum of all that stands before it.
#include "engines/e5/dialogue_file.hpp"

#include <string>

#include "domain/classify/weights_file.hpp"

namespace skald::e5 {
namespace {

using classify::WeightsReader;
using classify::WeightsState;

constexpr std::string_view kMagic = "SKDM";
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kMostWidth = 4096, kMostLayers = 64, kMostHeads = 64, kMostInner = 16384;

Linear read_linear(WeightsReader& r, std::size_t outputs, std::size_t inputs) {
  Linear l{outputs, inputs, {}, {}, {}};
  r.values(l.scale, outputs);
  l.weights = r.bytes(outputs * inputs);
  r.values(l.bias, outputs);
  return l;
}

Norm read_norm(WeightsReader& r, std::size_t width) {
  Norm n;
  r.values(n.weight, width);
  r.values(n.bias, width);
  return n;
}

EncoderLayer read_layer(WeightsReader& r, std::size_t width, std::size_t inner) {
  EncoderLayer layer;
  for (Linear* part : {&layer.query, &layer.key, &layer.value, &layer.attended})
    *part = read_linear(r, width, width);
  layer.inner = read_linear(r, inner, width);
  layer.outer = read_linear(r, width, inner);
  layer.after_attention = read_norm(r, width);
  layer.after_all = read_norm(r, width);
  return layer;
}

}  // namespace

Result<DialogueFile> DialogueFile::parse(std::span<const std::byte> bytes, std::string_view origin) {
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::InvalidModel,
                "the trained weights '" + std::string(origin) + "' " + std::string(what));
  };
  switch (classify::state_of(bytes, kMagic, kVersion)) {
    case WeightsState::Foreign:
      return damaged("are no file of weights for dialogues");
    case WeightsState::OtherVersion:
      return damaged("are of another version");
    case WeightsState::Damaged:
      return damaged("are damaged");
    case WeightsState::Sound:
      break;
  }
  WeightsReader r(classify::tables_of(bytes));
  const auto width = r.value<std::uint32_t>(), layers = r.value<std::uint32_t>(),
             heads = r.value<std::uint32_t>(), inner = r.value<std::uint32_t>(),
             columns = r.value<std::uint32_t>(), names = r.value<std::uint32_t>();
  DialogueFile file;
  file.epsilon = r.value<float>();
  const auto within = [](std::uint32_t value, std::uint32_t most) { return value >= 1 && value <= most; };
  if (!within(width, kMostWidth) || !within(layers, kMostLayers) || !within(heads, kMostHeads) ||
      !within(inner, kMostInner) || width % heads != 0 || columns != classify::kColumns || names != kNames ||
      !(file.epsilon > 0 && file.epsilon < 1))
    return damaged("have sizes that cannot be");
  file.width = width;
  file.heads = heads;
  file.embeddings = read_norm(r, width);
  for (std::uint32_t i = 0; i < layers && r.ok(); ++i) file.layers.push_back(read_layer(r, width, inner));
  r.values(file.names, kNames * width);
  r.values(file.head, classify::kColumns * 2 * width);
  r.values(file.bias, classify::kColumns);
  file.share = r.value<double>();
  r.values(file.chain.flow);
  r.values(file.chain.slope);
  r.values(file.chain.offset);
  if (!r.ok() || !r.at_end()) return damaged("are damaged: the tables do not fit the length");
  if (file.share < 0 || file.share > 1) return damaged("have a share that cannot be");
  return file;
}

}  // namespace skald::e5
