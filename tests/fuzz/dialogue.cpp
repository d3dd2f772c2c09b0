// The classifier's trained weights.
#include <string>

#include "domain/classify/weights_file.hpp"
#include "engines/e5/dialogue_file.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace skald;

void try_weights(std::string_view bytes) {
  const auto file = e5::DialogueFile::parse({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()},
                                            "dialogue.bin");
  if (!file) return;
  for (const auto& layer : file->layers)
    must(layer.inner.weights.size() == layer.inner.outputs * file->width, "a matrix has all its numbers");
  must(file->head.size() == classify::kColumns * 2 * file->width, "the head fits the width");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_weights(as_text(data, size));
  // With a checksum that fits, what is behind it is reached.
  const std::uint64_t hash = classify::checksum(std::as_bytes(std::span(data, size)));
  std::string file(as_text(data, size));
  file.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  try_weights(file);
  return 0;
}
