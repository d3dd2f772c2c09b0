// Text of all kinds: results as text, words as error rates count them, names of sessions.
#include "domain/metrics/wer.hpp"
#include "formats/results.hpp"
#include "formats/session_text.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const std::string_view text = as_text(data, size);
  (void)parse_text(text, "x.txt");
  const std::string line = one_line(text);
  must(one_line(line) == line, "one line is at rest");
  const std::string id = safe_session_id(text);
  must(safe_session_id(id) == id, "a safe id is at rest");
  must(!id.empty() && id.size() <= 180 && id.find_first_of("/\\.: \n") == std::string::npos,
       "an id is a plain name");
  const auto words = normalised_words(text);
  const std::size_t half = words.size() / 2;
  const std::vector<std::string> first(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(half));
  const WordErrors errors = word_errors(words, first);
  must(errors.deletions == words.size() - half && errors.errors() == errors.deletions,
       "a half lacks the other half");
  return 0;
}
