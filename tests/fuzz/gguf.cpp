// The header of a GGUF file.
#include "pipeline/memory/gguf.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto facts = parse_gguf(as_bytes(data, size), "file.gguf");
  if (!facts) {
    must(facts.error().code == ErrorCode::InvalidModel, "an error names the model");
    return 0;
  }
  const auto shape = shape_from_facts(*facts, size, "file.gguf");
  if (!shape) return 0;
  must(shape->layers > 0 && shape->kv_width.size() == static_cast<std::size_t>(shape->layers),
       "each layer has a width");
  must(shape->slides.empty() || shape->slides.size() == shape->kv_width.size(), "each layer slides or not");
  LlmSettings settings;
  for (const int layers : {0, 1, shape->layers, shape->layers + 1}) {
    settings.gpu_layers = layers;
    const LlmNeed need = llm_need(*shape, settings);
    must(layers > 0 || need.gpu == 0, "without layers the card has nothing");
  }
  return 0;
}
