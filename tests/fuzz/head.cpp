// The classifier's trained head.
#include "domain/classify/head.hpp"

#include <string>
#include <vector>

#include "domain/classify/weights_file.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace skald;

void try_head(std::string_view file) {
  const auto head =
      classify::parse_head({reinterpret_cast<const std::byte*>(file.data()), file.size()}, "head.bin");
  if (!head) return;
  must(classify::head_bytes(*head) == file, "what is accepted is what would be written");
  const std::vector<float> embedding(head->size(), 0.1F);
  (void)head->votes(embedding, "The bell tolls. Roll for initiative!");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_head(as_text(data, size));
  // With a checksum that fits, what is behind it is reached.
  const std::uint64_t hash = classify::checksum(std::as_bytes(std::span(data, size)));
  std::string file(as_text(data, size));
  file.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  try_head(file);
  return 0;
}
