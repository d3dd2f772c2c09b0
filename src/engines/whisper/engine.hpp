// What every implementation of the network offers: encode windows, tell their languages, write text, align
// it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engines/whisper/model.hpp"

namespace skald::whisper {

/// Text to be written for one window of the encoded batch.
struct GenerateRow {
  int window = 0;
  std::vector<Token> prompt;  // ends with <|notimestamps|>
};

struct GenerateOptions {
  int beam = 1;
  double temperature = 0;  // 0: the likeliest text; above: sampled, repeatably for equal `seed`
  std::uint32_t seed = 0;
  int exactly = 0;  // tokens to write, whatever is heard: for measurements; 0: until the text ends
};

struct Hypothesis {
  std::vector<Token> tokens;  // text only
  double average_log_probability = 0;
  double no_speech_probability = 0;
};

struct AlignRow {
  int window = 0;
  Token language = 0;
  std::vector<Token> tokens;
  int frames = 0;  // of 10 ms that hold audio
};

struct Alignment {
  std::vector<float> probabilities;  // of each token
  std::vector<double> starts;  // seconds from the window's start for each token, and the end of the last
};

/// One batch at a time: encode() replaces the windows that the other functions speak of.
class Engine {
 public:
  virtual ~Engine() = default;
  /// `asked` is called often, by the thread that calls the engine; once it says true, work ends with
  /// ErrorCode::Cancelled.
  virtual void stop_when(std::function<bool()> asked) = 0;
  /// `mel`: [windows x bands x 3000]; `frames`: of each window, those that hold audio.
  virtual Status encode(std::span<const float> mel, std::span<const int> frames) = 0;
  /// For every window, the probability of each language of the vocabulary, in its order.
  virtual Result<std::vector<std::vector<float>>> languages() = 0;
  virtual Result<std::vector<Hypothesis>> generate(std::span<const GenerateRow> rows,
                                                   const GenerateOptions& options) = 0;
  virtual Result<std::vector<Alignment>> align(std::span<const AlignRow> rows) = 0;
};

}  // namespace skald::whisper
