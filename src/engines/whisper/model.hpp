// A CTranslate2 model folder of Whisper: its files, checked, and what they say about the model.
#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "engines/whisper/vocabulary.hpp"
#include "engines/whisper/weights.hpp"

namespace skald::whisper {

/// Sizes of the network, read from the shapes of its weights.
struct Dimensions {
  int bands = 0;  // mel bands: 80 or 128
  int width = 0;  // of the residual stream
  int encoder_layers = 0;
  int encoder_heads = 0;
  int decoder_layers = 0;
  int decoder_heads = 0;
  int audio_positions = 0;  // 1500
  int text_positions = 0;   // 448
};

struct AlignmentHead {
  int layer = 0;
  int head = 0;
};

class Model {
 public:
  /// Maps and checks config.json, the vocabulary and model.bin. The error names the file and what is wrong
  /// with it.
  static Result<Model> open(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  const Dimensions& dimensions() const { return dimensions_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const Weights& weights() const { return weights_; }
  /// Heads of the decoder whose attention follows the speech; from config.json, else the upper half of the
  /// layers.
  const std::vector<AlignmentHead>& alignment_heads() const { return alignment_heads_; }
  const std::vector<Token>& suppressed() const { return suppressed_; }
  const std::vector<Token>& suppressed_first() const { return suppressed_first_; }

  /// Checks language codes of a job. Usage errors name the languages that the model knows.
  Status check_languages(const std::vector<std::string>& codes) const;

 private:
  explicit Model(MappedFile file) : file_(std::move(file)) {}
  Status read_config();
  Status read_dimensions();

  std::filesystem::path folder_;
  MappedFile file_;
  Weights weights_;
  Vocabulary vocabulary_;
  Dimensions dimensions_;
  std::vector<AlignmentHead> alignment_heads_;
  std::vector<Token> suppressed_, suppressed_first_;
};

}  // namespace skald::whisper
