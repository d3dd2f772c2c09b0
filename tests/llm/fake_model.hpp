// Services that a test plays: they read the question, and answer in the form of Ollama or of OpenAI.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "domain/types.hpp"
#include "engines/llm/label_run.hpp"
#include "formats/json.hpp"
#include "support/loopback_server.hpp"

namespace skald::llm {

using testing::Answer;
using testing::Heard;

/// Ids that a question asks for, and the text of each, from the prompt of a request.
std::vector<std::pair<int, std::string>> asked_in(const Heard& heard);

/// What the fake models think of a text: it says so itself ("... #IC_CHARACTER"); else OOC.
std::string label_in(const std::string& text);

/// An object of labels by id for a request.
Json labels_for(const Heard& heard);
/// The same as a line of JSON.
std::string all_labels_for(const Heard& heard);

/// The bodies of Ollama and OpenAI around the text of an answer. With log-probabilities, every label begins
/// with probability 0.8.
enum class Logprobs { No, Yes };
Answer ollama_answer(const std::string& text, Logprobs logprobs = Logprobs::No);
Answer openai_answer(const std::string& text, Logprobs logprobs = Logprobs::No);
Answer plain_answer(int status, const std::string& body);
Answer with_header(Answer answer, const char* name, const char* value);

/// A session of so many segments of five seconds; every third is OOC, the rest IC_CHARACTER.
LlmJob session(std::size_t segments);
std::string expected_label(std::size_t i);

/// Time that only goes on where somebody waits.
struct FakeTime {
  double now = 1000;
  double waited = 0;
  std::vector<double> waits;
  std::string day = "2026-11-23";
  Timing timing();
};

/// Labels a job in that time, without anybody listening or cancelling.
LabelRun run_with(const LlmTarget& target, const LlmJob& job, FakeTime& time,
                  const std::filesystem::path& units);
/// Segments of a run that have a label.
std::size_t labelled(const LabelRun& run);

LlmTarget ollama_at(const std::string& url);
LlmTarget openai_at(const std::string& url);

}  // namespace skald::llm
