// Writes texts with the decoder: greedily or by sampling, several at once, with the time of each token.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "engines/whisper/decoder.hpp"
#include "engines/whisper/engine.hpp"

namespace skald::whisper {

/// A window as the decoder sees it.
struct Heard {
  SpeechMemory memory;
  int frames = 0;  // positions of 20 ms that hold audio
};

struct Written {
  Hypothesis hypothesis;
  Alignment alignment;
};

/// The number of the next row to write; at or beyond the end there is none left. May be called by many.
using TakeRow = std::function<std::size_t()>;

/// True when the texts are not wanted any more.
using Halted = std::function<bool()>;

/// Writes rows as `take` gives them, up to eight at once, each into its place in `out`. A text depends on its
/// row only. Beams are not made.
void write_texts(const Model& model, const Decoder& decoder, std::span<const Heard> windows,
                 std::span<const GenerateRow> rows, const GenerateOptions& options, const TakeRow& take,
                 const Halted& halted, std::span<Written> out);

/// Probability of each language of the vocabulary, in its order.
std::vector<float> detect_language(const Model& model, const Decoder& decoder, const Heard& window);

/// Times and probabilities of a text that is given.
Alignment align_text(const Model& model, const Decoder& decoder, const Heard& window, Token language,
                     std::span<const Token> tokens);

}  // namespace skald::whisper
