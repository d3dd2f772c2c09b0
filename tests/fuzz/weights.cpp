// The arrays of a CTranslate2 model.
#include "engines/whisper/weights.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto weights = whisper::Weights::parse(as_bytes(data, size), "model.bin");
  if (!weights) {
    must(weights.error().code == ErrorCode::InvalidModel, "an error names the model");
    return 0;
  }
  for (const auto& [name, tensor] : weights->all()) {
    (void)weights->floats(name);
    (void)weights->number(name, 0);
  }
  std::vector<std::byte> storage;
  std::size_t bytes = 0;
  for (const auto& piece : weights->subset([](std::string_view) { return true; }, storage))
    bytes += piece.size();
  must(bytes <= size + storage.size(), "a part is no larger than the whole");
  return 0;
}
