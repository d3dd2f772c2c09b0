// Which language a chunk is in, among those allowed.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "engines/whisper/vocabulary.hpp"

namespace skald::whisper {

struct LanguageChoice {
  std::string code;
  Token token = 0;
  double probability = 1;  // among the allowed ones
};

/// One choice a chunk. `probabilities`: a row a chunk, in the order of the vocabulary's languages; `seconds`:
/// speech in each chunk. A chunk that is short or undecided leans on its neighbours, so that one word does
/// not switch language.
std::vector<LanguageChoice> choose_languages(const Vocabulary& vocabulary,
                                             const std::vector<std::string>& allowed,
                                             const std::vector<std::vector<float>>& probabilities,
                                             std::span<const double> seconds);

}  // namespace skald::whisper
