// The trained part of the classifier: linear votes on embeddings, words and surface features, for three
// questions.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/classify/flow.hpp"
#include "domain/classify/talk.hpp"

namespace skald::classify {

/// Columns of every table of weights: the questions and their answers.
enum Column : std::size_t { kIC, kOOC, kMixed, kCharacter, kNarration, kNpc, kDM, kPlayer };
inline constexpr std::size_t kColumns = 8;
using Columns = std::array<float, kColumns>;

/// A question's columns: [first, first + count).
struct Question {
  std::size_t first, count;
};
inline constexpr Question kLabel{kIC, 3};         // in or out of character, or both
inline constexpr Question kVoice{kCharacter, 3};  // whose voice, given that the story speaks
inline constexpr Question kLeader{kDM, 2};        // is this said by the DM

/// What one text says about itself, about the text after it and about the text before it.
struct Votes {
  Columns own{}, for_next{}, for_previous{};
};

struct Head {
  std::vector<int> layers;  // of the text model, whose outputs make up an embedding
  std::vector<float> mean,
      scale;  // per number of the embedding: (x - mean) * scale is what the weights expect
  std::vector<Columns> own, for_next, for_previous;  // per number of the embedding
  std::vector<std::string> words;                    // sorted
  std::vector<float> rarity;  // per word: logarithm of the inverse share of texts with it
  std::vector<Columns> word_weights;
  std::array<Columns, kSurface> surface{};
  Columns bias{};
  LabelChain chain;

  std::size_t size() const { return mean.size(); }
  /// `embedding` has size() numbers.
  Votes votes(std::span<const float> embedding, std::string_view text) const;
  /// Share of each known word of the text, as (index in `words`, value); the values' squares sum to 1/4.
  std::vector<std::pair<std::size_t, float>> word_shares(std::string_view text) const;
};

/// The file `head.bin`: little-endian, described in data/classification/README.md. InvalidModel where
/// anything is damaged; nothing that a parsed head holds can lead outside its own tables.
Result<Head> parse_head(std::span<const std::byte> file, std::string_view origin);
std::string head_bytes(const Head& head);

/// Probabilities of a question's answers from its columns.
std::array<double, 3> softmax(const Columns& columns, Question question);

}  // namespace skald::classify
