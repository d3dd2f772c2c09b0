// Sentence embeddings: the encoder of multilingual-e5-small (Wang et al. 2024) in OpenVINO.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engines/e5/arithmetic.hpp"

namespace skald::e5 {

class Tokenizer;

struct EncoderOptions {
  std::filesystem::path model;  // the packed file
  unsigned threads = 2;
  std::vector<int> layers = {6, 9,
                             12};  // whose outputs are averaged over the tokens; 1 is the first, ascending
  Arithmetic arithmetic = Arithmetic::F32;
};

/// Embeds texts as "query: TEXT". A text's embedding depends on that text only: every sequence is computed in
/// a shape that follows from its own length.
class Encoder {
 public:
  /// InvalidModel where the file is missing, damaged, or has fewer layers.
  static Result<Encoder> load(const EncoderOptions& options);
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  const Tokenizer& tokenizer() const;
  /// Numbers of an embedding: the model's width times the layers asked for.
  std::size_t size() const;

  using Stop = std::function<bool()>;
  /// One embedding a text, row by row: per layer the mean over the text's tokens. Of a very long text the
  /// first 504 tokens count. Cancelled as soon as `stop` says so.
  Result<std::vector<float>> embed(
      std::span<const std::string> texts, const Stop& stop = [] { return false; });

 private:
  struct Impl;
  explicit Encoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace skald::e5
