// The rules of labelling, as language models are told them.
#pragma once
#include <string_view>

namespace skald::llm {

enum class PromptLanguage { English, Dutch };

/// What each label means, where the line runs, and the form of the answer.
std::string_view guideline(PromptLanguage language);

}  // namespace skald::llm
