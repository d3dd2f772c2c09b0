// Word error rates.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace skald {

/// The words of a text as error rates count them: NFKC, lower case, hyphens as blanks, and all but letters,
/// digits and apostrophes removed.
std::vector<std::string> normalised_words(std::string_view text);

struct WordErrors {
  std::size_t words = 0;  // in the reference
  std::size_t substitutions = 0;
  std::size_t deletions = 0;
  std::size_t insertions = 0;

  std::size_t errors() const { return substitutions + deletions + insertions; }
  /// Errors per reference word; without reference words 0 or, with insertions, 1.
  double rate() const;
  WordErrors& operator+=(const WordErrors& other);
};

/// The fewest edits that make the hypothesis of the reference (Levenshtein). Memory grows with the shorter
/// text only.
WordErrors word_errors(const std::vector<std::string>& reference, const std::vector<std::string>& hypothesis);

/// What one speaker says, in order.
struct SpeakerWords {
  std::string speaker;
  std::vector<std::string> words;  // normalised
};

struct SpeakerWordErrors {
  struct Pair {
    std::string reference, hypothesis;  // empty: nobody on that side
    WordErrors errors;
  };
  WordErrors errors;
  std::vector<Pair> pairs;  // in the reference's order, then hypothesis speakers left over
};

/// cpWER (Watanabe et al. 2020): the speakers of both sides are paired so that the error is least; words of
/// speakers without a partner are deletions or insertions.
SpeakerWordErrors speaker_word_errors(const std::vector<SpeakerWords>& reference,
                                      const std::vector<SpeakerWords>& hypothesis);

}  // namespace skald
