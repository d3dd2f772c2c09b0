// Times of the words of a text that differs from what was recognised.
#pragma once
#include <string_view>
#include <vector>

#include "domain/types.hpp"

namespace skald {

/// One word for each part of `text` between blanks. Words that were recognised, whatever their case and
/// punctuation, keep their times and probabilities; others share the time between them by their length, with
/// probability 1, as a person wrote them. The times are in order and within `span`.
std::vector<Word> retimed(const std::vector<Word>& recognised, std::string_view text, const Span& span);

/// The words of a segment: those recognised where they make up its text, else retimed().
std::vector<Word> words_of(const Segment& segment);

/// The text that words make up.
std::string text_of(const std::vector<Word>& words);

}  // namespace skald
