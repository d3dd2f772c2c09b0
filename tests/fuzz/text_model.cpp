// The packed text model.
#include "engines/e5/model_file.hpp"
#include "engines/e5/tokenizer.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto model = e5::ModelFile::parse(as_bytes(data, size), "e5.bin");
  if (!model) {
    must(model.error().code == ErrorCode::InvalidModel, "an error names the model");
    return 0;
  }
  const auto ids = e5::Tokenizer(model->vocabulary()).ids("query: The bell tolls, \u00E9\u00E9n keer!");
  for (const int id : ids) must(id >= 0, "tokens are numbers of the vocabulary");
  std::vector<float> row(static_cast<std::size_t>(model->dimensions().width));
  if (model->dimensions().words > 0) model->word(model->dimensions().words - 1, row);
  return 0;
}
