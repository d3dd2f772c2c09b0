// Text to token numbers, as XLM-RoBERTa's SentencePiece unigram model does it (Kudo 2018).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engines/e5/model_file.hpp"

namespace skald::e5 {

class Tokenizer {
 public:
  /// `vocabulary` must outlive the tokenizer.
  explicit Tokenizer(const Vocabulary& vocabulary);

  /// The most probable sequence of pieces, without begin and end tokens; characters that no piece covers
  /// become the unknown token. Damaged UTF-8 is read as U+FFFD. Text that looks like a special token ("</s>")
  /// stays text.
  std::vector<int> ids(std::string_view text) const;

 private:
  struct Prefix;
  std::u32string normalize(std::string_view text) const;

  const Vocabulary& vocabulary_;
  std::vector<std::uint32_t> sorted_;  // pieces in the order of their bytes
  float unknown_score_ = 0;
};

}  // namespace skald::e5
