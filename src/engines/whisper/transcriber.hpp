// From chunks of a recording to words: one batch of chunks at a time, with everything that guards the text.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "domain/types.hpp"
#include "engines/whisper/chunks.hpp"
#include "engines/whisper/engine.hpp"
#include "engines/whisper/languages.hpp"
#include "engines/whisper/mel.hpp"
#include "engines/whisper/names.hpp"
#include "platform/wav/wav.hpp"

namespace skald::whisper {

struct TranscribeOptions {
  std::vector<std::string> languages;  // one: certain; several: chosen for every chunk
  std::string hotwords;                // names that may occur, separated by commas
  int beam = 1;
};

/// Where the time of a transcriber went: CPU seconds of the whole process.
struct Costs {
  double mel = 0, encode = 0, languages = 0, generate = 0, align = 0, names = 0;
};

/// Asked between steps; true stops the work with ErrorCode::Cancelled.
using StopRequested = std::function<bool()>;

class Transcriber {
 public:
  /// The languages must have been checked against the model. All references must outlive the transcriber.
  Transcriber(const Model& model, Engine& engine, const WavFile& audio, std::vector<Span> speech,
              TranscribeOptions options);

  /// Recognises a batch. The result depends on these chunks only. Words are in recording time, in order.
  Result<std::vector<Chunk>> transcribe(std::span<const ChunkPlan> plans, const StopRequested& stop);
  const Costs& costs() const { return costs_; }

 private:
  struct Attempt {
    Hypothesis hypothesis;
    double temperature = 0;
    double repetition = 0;
  };
  enum class Fallback { None, Sample };  // where the likeliest text is poor
  Result<std::vector<LanguageChoice>> languages(std::span<const ChunkPlan> plans);
  Result<std::vector<Chunk>> recognise(std::span<const ChunkPlan> plans,
                                       std::span<const LanguageChoice> languages, const StopRequested& stop);
  Result<std::vector<Chunk>> written(std::span<const GenerateRow> rows, std::span<const ChunkPlan> plans,
                                     std::span<const LanguageChoice> languages, Fallback fallback,
                                     const StopRequested& stop);
  Status mend_names(std::span<const ChunkPlan> plans, std::span<const LanguageChoice> languages,
                    std::vector<Chunk>& chunks, const StopRequested& stop);
  Status look_again(std::span<const ChunkPlan> plans, std::vector<Chunk>& chunks, const StopRequested& stop);
  Status encode(std::span<const ChunkPlan> plans, const StopRequested& stop);
  Result<std::vector<Attempt>> write(std::span<const GenerateRow> rows, std::span<const ChunkPlan> plans,
                                     Fallback fallback, const StopRequested& stop);
  bool good(const Attempt& attempt) const;
  std::vector<Word> place(const ChunkPlan& plan, std::vector<Word> words) const;
  double speech_seconds(const ChunkPlan& plan) const;
  bool believable(const ChunkPlan& plan, const Chunk& chunk) const;

  const Model& model_;
  Engine& engine_;
  const WavFile& audio_;
  std::vector<Span> speech_;
  TranscribeOptions options_;
  std::vector<Token> hotwords_;
  NameList names_;
  LogMel mel_;
  std::vector<float> mel_batch_;
  std::vector<int> frames_;
  Costs costs_;
};

}  // namespace skald::whisper
