#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "service/eval/alignment.hpp"
#include "service/eval/eval.hpp"
#include "service/eval/material.hpp"

namespace skald {
namespace {

// Says which side lacks what a measure needs; empty: neither.
std::string lacking(std::string_view measure, std::string_view what, bool in_reference, bool in_hypothesis) {
  if (in_reference && in_hypothesis) return {};
  const std::string_view side = in_reference    ? "the hypothesis has no "
                                : in_hypothesis ? "the reference has no "
                                                : "neither side has ";
  return std::string(measure) + ": " + std::string(side) + std::string(what);
}

class Evaluator {
 public:
  Evaluator(const Material& reference, const Material& hypothesis, Seconds collar)
      : reference_(reference), hypothesis_(hypothesis) {
    result_.reference_files = reference.files;
    result_.hypothesis_files = hypothesis.files;
    result_.collar = collar;
  }

  Evaluation run() {
    if (can("DER", "speaker turns", !reference_.turns.empty(), !hypothesis_.turns.empty())) turns();
    if (can("WER", "text", reference_.has_words(), hypothesis_.has_words())) words();
    if (can("labels", "labels", reference_.has_labels(), hypothesis_.has_labels())) labels();
    return std::move(result_);
  }

 private:
  bool can(std::string_view measure, std::string_view what, bool in_reference, bool in_hypothesis) {
    const std::string reason = lacking(measure, what, in_reference, in_hypothesis);
    if (!reason.empty()) result_.left_out.push_back(reason);
    return reason.empty();
  }

  void turns() {
    DerOptions options;
    options.collar = result_.collar.value;
    result_.diarization = diarization_errors(reference_.turns, hypothesis_.turns, options);
    const DiarizationErrors& errors = *result_.diarization;
    const auto count = [](const std::vector<Turn>& all) {
      std::set<std::string> names;
      for (const Turn& turn : all) names.insert(turn.speaker);
      return names.size();
    };
    result_.speakers = {count(reference_.turns), count(hypothesis_.turns), 0};
    for (const auto& pair : errors.pairs) {
      if (pair.seconds > errors.reference.at(pair.reference) / 2) ++result_.speakers.found;
      partners_[pair.reference] = pair.hypothesis;
    }
  }

  void words() {
    const std::vector<TimedWord> said = timed_words(reference_);
    std::vector<TimedWord> heard = timed_words(hypothesis_);
    if (reference_.has_times() && hypothesis_.has_times()) {
      result_.words_without_speech = skald::words_without_speech(heard, reference_);
      heard = scored_words(std::move(heard), reference_);
    }
    const auto texts = [](const std::vector<TimedWord>& words) {
      std::vector<std::string> result;
      result.reserve(words.size());
      for (const TimedWord& word : words) result.push_back(word.word);
      return result;
    };
    result_.words = word_errors(texts(said), texts(heard));
    if (!can("cpWER", "speakers", reference_.has_speakers(), hypothesis_.has_speakers())) return;
    result_.speaker_words = speaker_word_errors(by_speaker(said), by_speaker(heard));
    if (!partners_.empty()) return;
    for (const auto& pair : result_.speaker_words->pairs) partners_[pair.reference] = pair.hypothesis;
  }

  void labels() {
    LabelScores scores;
    const auto partner = [&](const std::string& speaker) {
      const auto found = partners_.find(speaker);
      return found == partners_.end() ? std::string{} : found->second;
    };
    for (const auto& [said, heard] : label_pairs(reference_, hypothesis_, partner))
      add(*said->label, heard == nullptr ? nullptr : &*heard->label, scores);
    result_.labels = std::move(scores);
  }

  static void add(const Label& truth, const Label* given, LabelScores& scores) {
    const auto index = [](auto value) { return static_cast<std::size_t>(value); };
    const bool right = given != nullptr && given->classification == truth.classification;
    scores.classification.add(index(truth.classification), given == nullptr
                                                               ? scores.classification.names().size() - 1
                                                               : index(given->classification));
    scores.voice.add(index(truth.voice),
                     given == nullptr ? scores.voice.names().size() - 1 : index(given->voice));
    if (truth.classification != Classification::MIXED) {
      ++scores.clear_segments;
      scores.clear_right += right ? 1 : 0;
    }
    if (!truth.character.empty()) {
      ++scores.characters;
      const bool same = given != nullptr && ascii_lower(given->character) == ascii_lower(truth.character);
      scores.characters_right += same ? 1 : 0;
    }
    if (given != nullptr && given->confidence > 0) {
      ++scores.confident;
      scores.calibration.add(given->confidence,
                             right ? Calibration::Outcome::Right : Calibration::Outcome::Wrong);
    }
  }

  const Material& reference_;
  const Material& hypothesis_;
  Evaluation result_;
  std::map<std::string, std::string> partners_;  // hypothesis speaker of each reference speaker
};

}  // namespace

Result<Evaluation> evaluate(const EvalOptions& options) {
  const Material reference = TRY(read_material(options.reference));
  const Material hypothesis = TRY(read_material(options.hypothesis));
  Evaluation evaluation = Evaluator(reference, hypothesis, options.collar).run();
  if (!evaluation.words && !evaluation.diarization && !evaluation.labels) {
    std::string reasons;
    for (const std::string& reason : evaluation.left_out) reasons += (reasons.empty() ? "" : "; ") + reason;
    return fail(ErrorCode::InvalidInput, "nothing to compare: " + reasons,
                "Give files that tell about the same thing: text, speakers or labels.");
  }
  return evaluation;
}

}  // namespace skald
