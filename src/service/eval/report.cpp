#include <fmt/format.h>

#include <cmath>

#include "formats/json.hpp"
#include "service/eval/eval.hpp"

namespace skald {
namespace {

// Shares and rates have four decimals, so that reports are stable.
double rounded(double share) {
  return std::round(share * 10000) / 10000;
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Mean F1 of the labels that occur; the last name of the matrix stands for "no label".
double mean_f1(const Confusion& confusion) {
  const std::size_t labels = confusion.names().size() - 1;
  double sum = 0;
  int occurring = 0;
  for (std::size_t i = 0; i < labels; ++i) {
    double weight = 0;
    for (std::size_t j = 0; j <= labels; ++j) weight += confusion.at(i, j) + confusion.at(j, i);
    if (weight == 0) continue;
    sum += confusion.f1(i);
    ++occurring;
  }
  return occurring > 0 ? sum / occurring : 0;
}

Json words_json(const WordErrors& errors) {
  return {{"rate", rounded(errors.rate())},
          {"words", errors.words},
          {"substitutions", errors.substitutions},
          {"deletions", errors.deletions},
          {"insertions", errors.insertions}};
}

Json speaker_words_json(const SpeakerWordErrors& errors) {
  Json json = words_json(errors.errors);
  json["speakers"] = Json::array();
  for (const auto& pair : errors.pairs) {
    Json entry = {{"reference", pair.reference.empty() ? Json(nullptr) : Json(pair.reference)},
                  {"hypothesis", pair.hypothesis.empty() ? Json(nullptr) : Json(pair.hypothesis)}};
    entry.update(words_json(pair.errors));
    json["speakers"].push_back(std::move(entry));
  }
  return json;
}

Json diarization_json(const Evaluation& evaluation) {
  const DiarizationErrors& errors = *evaluation.diarization;
  Json pairs = Json::array();
  for (const auto& pair : errors.pairs)
    pairs.push_back({{"reference", pair.reference},
                     {"hypothesis", pair.hypothesis},
                     {"seconds", json_time(pair.seconds)},
                     {"reference_seconds", json_time(errors.reference.at(pair.reference))}});
  return {{"rate", rounded(errors.rate())},
          {"total", json_time(errors.total)},
          {"missed", json_time(errors.missed)},
          {"false_alarm", json_time(errors.false_alarm)},
          {"confusion", json_time(errors.confusion)},
          {"collar", json_time(evaluation.collar.value)},
          {"reference_speakers", evaluation.speakers.reference},
          {"hypothesis_speakers", evaluation.speakers.hypothesis},
          {"speakers_found", evaluation.speakers.found},
          {"pairs", std::move(pairs)}};
}

Json confusion_json(const Confusion& confusion) {
  const auto& names = confusion.names();
  Json f1 = Json::object(), rows = Json::object();
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    f1[names[i]] = rounded(confusion.f1(i));
    rows[names[i]] = Json::object();
    for (std::size_t j = 0; j < names.size(); ++j)
      rows[names[i]][names[j]] = static_cast<std::size_t>(confusion.at(i, j));
  }
  return {{"accuracy", rounded(confusion.accuracy())},
          {"macro_f1", rounded(mean_f1(confusion))},
          {"f1", std::move(f1)},
          {"confusion", std::move(rows)}};
}

Json labels_json(const LabelScores& scores) {
  return {{"segments", static_cast<std::size_t>(scores.classification.total())},
          {"classification", confusion_json(scores.classification)},
          {"classification_type", confusion_json(scores.voice)},
          {"ic_ooc",
           {{"segments", scores.clear_segments},
            {"accuracy", rounded(share(scores.clear_right, scores.clear_segments))}}},
          {"character",
           {{"segments", scores.characters},
            {"accuracy", rounded(share(scores.characters_right, scores.characters))}}},
          {"calibration",
           {{"segments", scores.confident},
            {"error", rounded(scores.calibration.error())},
            {"mean_confidence", rounded(scores.calibration.mean_confidence())}}}};
}

std::string percent(double rate) {
  return fmt::format("{:.2f} %", rate * 100);
}

std::string words_text(std::string_view name, const WordErrors& errors) {
  return fmt::format("{:<7}{:>9}   {} words: {} substituted, {} deleted, {} inserted\n", name,
                     percent(errors.rate()), errors.words, errors.substitutions, errors.deletions,
                     errors.insertions);
}

std::string speakers_text(const SpeakerWordErrors& errors) {
  std::string text;
  for (const auto& pair : errors.pairs)
    text += fmt::format("         {} = {}: {} of {} words\n",
                        pair.reference.empty() ? "(nobody)" : pair.reference,
                        pair.hypothesis.empty() ? "(nobody)" : pair.hypothesis, percent(pair.errors.rate()),
                        pair.errors.words);
  return text;
}

std::string diarization_text(const Evaluation& evaluation) {
  const DiarizationErrors& errors = *evaluation.diarization;
  std::string text = fmt::format(
      "{:<7}{:>9}   {:.1f} s of speech: {:.1f} s missed, {:.1f} s false alarm, {:.1f} s confused", "DER",
      percent(errors.rate()), errors.total, errors.missed, errors.false_alarm, errors.confusion);
  text += fmt::format(" (collar {:g} s, overlap counts)\n", evaluation.collar.value);
  return text + fmt::format("         {} of {} speakers found; the hypothesis has {}\n",
                            evaluation.speakers.found, evaluation.speakers.reference,
                            evaluation.speakers.hypothesis);
}

std::string confusion_text(const Confusion& confusion) {
  const auto& names = confusion.names();
  std::string text = fmt::format("         {:<14}", "truth \\ given");
  for (const std::string& name : names) text += fmt::format("{:>14}", name);
  text += fmt::format("{:>10}\n", "F1");
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    text += fmt::format("         {:<14}", names[i]);
    for (std::size_t j = 0; j < names.size(); ++j) text += fmt::format("{:>14.0f}", confusion.at(i, j));
    text += fmt::format("{:>10}\n", percent(confusion.f1(i)));
  }
  return text;
}

std::string labels_text(const LabelScores& scores) {
  const auto line = [](std::string_view name, double accuracy, double f1, double segments) {
    return fmt::format("{:<7}{:>9}   of {:.0f} segments right, macro-F1 {}\n", name, percent(accuracy),
                       segments, percent(f1));
  };
  std::string text =
      fmt::format("{:<7}{:>9}   of {} segments right that are IC or OOC\n", "IC/OOC",
                  percent(share(scores.clear_right, scores.clear_segments)), scores.clear_segments);
  text += line("labels", scores.classification.accuracy(), mean_f1(scores.classification),
               scores.classification.total());
  text += confusion_text(scores.classification);
  text += line("voices", scores.voice.accuracy(), mean_f1(scores.voice), scores.voice.total());
  text += confusion_text(scores.voice);
  if (scores.characters > 0)
    text += fmt::format("{:<7}{:>9}   of {} segments with a character have the right one\n", "names",
                        percent(share(scores.characters_right, scores.characters)), scores.characters);
  if (scores.confident > 0)
    text += fmt::format("         mean confidence {}, calibration error {}\n",
                        percent(scores.calibration.mean_confidence()), percent(scores.calibration.error()));
  return text;
}

}  // namespace

std::string eval_text(const Evaluation& evaluation) {
  std::string text;
  if (evaluation.words) text += words_text("WER", *evaluation.words);
  if (evaluation.speaker_words)
    text += words_text("cpWER", evaluation.speaker_words->errors) + speakers_text(*evaluation.speaker_words);
  if (evaluation.words_without_speech)
    text += fmt::format("         {} words where nobody speaks\n", *evaluation.words_without_speech);
  if (evaluation.diarization) text += diarization_text(evaluation);
  if (evaluation.labels) text += labels_text(*evaluation.labels);
  for (const std::string& reason : evaluation.left_out) text += "not measured: " + reason + '\n';
  return text;
}

std::string eval_json(const Evaluation& evaluation) {
  Json json = {{"reference", evaluation.reference_files}, {"hypothesis", evaluation.hypothesis_files}};
  if (evaluation.words) json["wer"] = words_json(*evaluation.words);
  if (evaluation.speaker_words) json["cpwer"] = speaker_words_json(*evaluation.speaker_words);
  if (evaluation.words_without_speech) json["words_without_speech"] = *evaluation.words_without_speech;
  if (evaluation.diarization) json["der"] = diarization_json(evaluation);
  if (evaluation.labels) json["labels"] = labels_json(*evaluation.labels);
  json["left_out"] = evaluation.left_out;
  return to_pretty(json);
}

}  // namespace skald
