// From tokens with times to words.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "engines/whisper/engine.hpp"

namespace skald::whisper {

/// Tokens that make one word, [first, last), and its text with the leading space.
struct WordTokens {
  std::size_t first = 0;
  std::size_t last = 0;
  std::string text;
};

/// Groups text tokens into words: at spaces and signs, or at every character where the language writes no
/// spaces. Signs go with the word that they belong to. The texts joined are the text of the tokens.
std::vector<WordTokens> split_words(const Vocabulary& vocabulary, std::span<const Token> tokens,
                                    std::string_view language);

/// Words with times in seconds of the window: in order, none negative, none beyond `length`.
std::vector<Word> timed_words(std::span<const WordTokens> words, const Alignment& alignment, Seconds length);

}  // namespace skald::whisper
