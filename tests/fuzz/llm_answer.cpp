// What language models and their services answer.
#include <algorithm>
#include <vector>

#include "engines/llm/answer.hpp"
#include "engines/llm/confidence.hpp"
#include "engines/llm/ollama_chat.hpp"
#include "engines/llm/openai.hpp"
#include "engines/llm/target.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace skald;
using namespace skald::llm;

void try_text(const Completion& completion) {
  static const std::vector<int> asked = {1, 2, 3, 12};
  const Answer answer = parse_answer(completion.text, asked);
  for (const auto& [id, verdict] : answer.verdicts) {
    must(std::find(asked.begin(), asked.end(), id) != asked.end(), "only asked ids have a label");
    must(verdict.voice.has_value() <= (verdict.classification != Classification::OOC),
         "table talk has no voice of the story");
    const auto confidence = label_confidence(completion, verdict.at, verdict.classification);
    must(!confidence || (*confidence >= 0.01 && *confidence <= 0.99), "a confidence is a probability");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  Completion plain;
  plain.text = text;
  try_text(plain);
  if (const auto stream = read_ollama_stream(text)) try_text(*stream);
  if (const auto reply = read_openai_reply(text)) try_text(*reply);
  for (const int status : {0, 400, 404, 429, 500}) {
    const LlmError error = judge_failure(status, text, text.substr(0, 20));
    must(!error.message.empty() && error.message.size() < 1000, "a message is there, and short");
    must(!error.retry_after || (*error.retry_after >= 0 && *error.retry_after <= 30.0 * 86400),
         "a wait is bounded");
  }
  return 0;
}
