// A speech model's vocabulary: a JSON list, or lines.
#include "engines/whisper/vocabulary.hpp"

#include "base/text.hpp"
#include "formats/json.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  std::vector<std::string> tokens;
  const auto json = parse_json(as_text(data, size), "vocabulary.json");
  if (json && json->is_array()) {
    for (const Json& token : *json)
      if (token.is_string()) tokens.push_back(token.get<std::string>());
  } else {
    tokens = split(as_text(data, size), '\n');
  }
  const auto vocabulary = whisper::Vocabulary::from_tokens(std::move(tokens), "vocabulary.json");
  if (!vocabulary) return 0;
  for (const std::string_view text : {" The bell tolls", "\u00E9\u00E9n", "\xFF\xC3", ""}) {
    const auto encoded = vocabulary->encode(text);
    for (const whisper::Token token : encoded)
      must(token < vocabulary->size(), "tokens are of the vocabulary");
    (void)vocabulary->decode(encoded);
  }
  for (whisper::Token token = 0; token < vocabulary->size(); ++token) (void)vocabulary->bytes(token);
  return 0;
}
