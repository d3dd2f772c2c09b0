// Against text that nobody said: loops, echoes of the prompt, words where nobody speaks.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"
#include "engines/whisper/vocabulary.hpp"

namespace skald::whisper {

/// Share of the runs of three tokens that stood in the text before: 0 for plain speech, near 1 for a loop.
double repetition(std::span<const Token> tokens);

/// The tokens without loops: where the same run of tokens follows itself `times` times or more, one round
/// stays.
std::vector<Token> without_loops(std::span<const Token> tokens, int times = 3);

/// Share of the words of `text` that stand in `hotwords`, in the same order and without other words between
/// them.
double prompt_echo(std::string_view text, std::string_view hotwords);

struct Evidence {
  double no_speech_probability = 0;
  double average_log_probability = 0;
  double mean_word_probability = 0;
  double speech_share = 0;  // of the chunk, by the speech regions
  double seconds_of_speech = 0;
  double words_per_second = 0;  // of speech
};

/// Whether a chunk's text is kept, judged by everything known about the chunk.
enum class Verdict { Keep, Drop };
Verdict judge(const Evidence& evidence);

}  // namespace skald::whisper
