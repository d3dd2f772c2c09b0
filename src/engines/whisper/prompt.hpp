// What the decoder is told before it writes: names that may occur, language, task.
#pragma once
#include <string_view>
#include <vector>

#include "engines/whisper/vocabulary.hpp"

namespace skald::whisper {

/// Tokens of the names in `hotwords` (separated by commas or new lines), each whole, the first ones first, as
/// many as fit into `most` tokens. Names that stand there twice count once.
std::vector<Token> hotword_tokens(const Vocabulary& vocabulary, std::string_view hotwords, std::size_t most);

/// The whole prompt of a chunk: hotwords as if they were said before, language, task, no timestamps.
std::vector<Token> make_prompt(const Vocabulary& vocabulary, const std::vector<Token>& hotwords,
                               Token language);

}  // namespace skald::whisper
