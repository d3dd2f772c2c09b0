// `skald eval`: how far a result is from the truth.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/metrics/der.hpp"
#include "domain/metrics/labels.hpp"
#include "domain/metrics/wer.hpp"

namespace skald {

struct EvalOptions {
  std::vector<std::filesystem::path> reference;  // files or folders about one recording: see read_material()
  std::vector<std::filesystem::path> hypothesis;
  Seconds collar;  // of DER, as DerOptions
};

struct SpeakerCounts {
  std::size_t reference = 0;
  std::size_t hypothesis = 0;
  std::size_t found = 0;  // speakers of the reference who speak more than half of their time as their partner
};

/// Labels of the reference's segments, compared with those of the hypothesis. The last name of both matrices
/// is "none": no segment of the hypothesis answers.
struct LabelScores {
  Confusion classification{{"IC", "OOC", "MIXED", "none"}};
  Confusion voice{{"CHARACTER", "DM_NARRATION", "NPC_DIALOGUE", "OOC_OTHER", "none"}};
  std::size_t clear_segments = 0;  // IC or OOC in the reference
  std::size_t clear_right = 0;
  std::size_t characters = 0;  // segments for which the reference names one
  std::size_t characters_right = 0;
  std::size_t confident = 0;  // segments whose confidence is known
  Calibration calibration;
};

struct Evaluation {
  std::vector<std::string> reference_files;
  std::vector<std::string> hypothesis_files;
  std::optional<WordErrors> words;
  std::optional<std::size_t> words_without_speech;  // of the hypothesis, where nobody speaks in the reference
  std::optional<SpeakerWordErrors> speaker_words;
  std::optional<DiarizationErrors> diarization;
  Seconds collar;
  SpeakerCounts speakers;
  std::optional<LabelScores> labels;
  std::vector<std::string> left_out;  // what could not be measured, and why
};

/// Measures all that both sides tell about. Fails where that is nothing.
Result<Evaluation> evaluate(const EvalOptions& options);

/// The report for people, and as JSON (docs/formats/eval.md).
std::string eval_text(const Evaluation& evaluation);
std::string eval_json(const Evaluation& evaluation);

}  // namespace skald
