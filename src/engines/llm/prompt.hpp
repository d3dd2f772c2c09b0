// What a language model is asked: the cut of a session into batches, and the words of each question.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engines/llm/label_run.hpp"
#include "formats/json.hpp"

namespace skald::llm {

/// Segments [first, first + count) of a job; those that are wanted get ids 1, 2, ... by their place.
struct Batch {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Cuts all segments of a job, whichever are wanted, so that each part needs at most `num_ctx` tokens of
/// context (0: no bound). Depends on nothing else.
std::vector<Batch> cut(const LlmJob& job, int batch_segments, int num_ctx);

/// Tokens of a text, from its bytes, on the high side for English and Dutch.
int tokens_estimated(std::string_view text);
/// Tokens that an answer with so many labels may take.
int answer_tokens(std::size_t labels);

struct Prompt {
  std::string system;
  std::string user;
  Json schema;           // of the answer: an object with each id as a key
  std::vector<int> ids;  // asked for, each the place in the batch plus one
};

using KnownLabel = std::function<const std::optional<Label>&(std::size_t segment)>;

/// The question for some segments of a batch (indices into the job). Everything that was said or named goes
/// in as JSON text, so that no word of it can be taken for a part of the question. `known` gives labels of
/// earlier segments, and of this batch, that are there already.
Prompt make_prompt(const LlmJob& job, const Batch& batch, std::span<const std::size_t> ask,
                   const KnownLabel& known);

/// Tokens of context that a batch needs at most, answer included.
int context_needed(const LlmJob& job, const Batch& batch);

/// "IC_CHARACTER", "OOC": labels as prompts and schemas name them.
std::string prompt_label(const Label& label);

}  // namespace skald::llm
