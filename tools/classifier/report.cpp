#include "classifier/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "domain/metrics/labels.hpp"

namespace skald::training {
namespace {

using Line = std::pair<const Truth*, const Label*>;

std::vector<Line> lines_of(const std::vector<Answers>& answers, const std::string& language = "") {
  std::vector<Line> lines;
  for (const Answers& a : answers)
    for (std::size_t i = 0; i < a.table->truth.size(); ++i)
      if (language.empty() || a.table->language == language)
        lines.emplace_back(&a.table->truth[i], &a.labelled.labels[i]);
  return lines;
}

struct Figures {
  Confusion labels{{"IC", "OOC", "MIXED"}};
  Calibration calibration;
  double clear = 0, clear_right = 0;  // lines that are IC or OOC in truth
  double surest_right = 0;            // share right of the half with the highest confidence
  std::size_t lines = 0;
};

Figures figures(std::vector<Line> lines) {
  Figures f;
  f.lines = lines.size();
  const auto right = [](const Line& l) { return l.first->label == l.second->classification; };
  for (const Line& line : lines) {
    f.labels.add(static_cast<std::size_t>(line.first->label),
                 static_cast<std::size_t>(line.second->classification));
    f.calibration.add(line.second->confidence,
                      right(line) ? Calibration::Outcome::Right : Calibration::Outcome::Wrong);
    if (line.first->label == Classification::MIXED) continue;
    ++f.clear;
    f.clear_right += right(line) ? 1 : 0;
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.second->confidence > b.second->confidence; });
  lines.resize(lines.size() / 2);
  f.surest_right = static_cast<double>(std::count_if(lines.begin(), lines.end(), right)) /
                   static_cast<double>(std::max<std::size_t>(1, lines.size()));
  return f;
}

std::string row(const std::string& name, const Figures& f) {
  return fmt::format("| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", name, f.lines,
                     100 * f.clear_right / std::max(1.0, f.clear), 100 * f.labels.accuracy(),
                     100 * f.labels.macro_f1(), 100 * f.calibration.error(),
                     100 * f.calibration.mean_confidence(), 100 * f.surest_right);
}

constexpr const char* kHeader =
    "| | lines | IC/OOC right % | right % (3 labels) | macro-F1 % | ECE % | mean confidence % | right % of "
    "the surest half |\n"
    "|---|---|---|---|---|---|---|---|\n";

std::string matrix(const Confusion& confusion) {
  std::string text = "| truth \\ answer |";
  const auto& names = confusion.names();
  for (const std::string& name : names) text += " " + name + " |";
  text += "\n|---|";
  for (std::size_t i = 0; i < names.size(); ++i) text += "---|";
  text += "\n";
  for (std::size_t t = 0; t < names.size(); ++t) {
    text += "| " + names[t] + " |";
    for (std::size_t h = 0; h < names.size(); ++h) text += fmt::format(" {:.0f} |", confusion.at(t, h));
    text += "\n";
  }
  return text;
}

std::string voices(const std::vector<Answers>& answers) {
  Confusion confusion({"CHARACTER", "DM_NARRATION", "NPC_DIALOGUE", "OOC_OTHER"});
  double named = 0, named_right = 0, npcs = 0, npcs_named = 0, npcs_right = 0;
  for (const auto& [truth, label] : lines_of(answers)) {
    confusion.add(static_cast<std::size_t>(truth->voice), static_cast<std::size_t>(label->voice));
    if (truth->voice == Voice::CHARACTER && label->voice == Voice::CHARACTER) {
      ++named;
      named_right += truth->character == label->character ? 1 : 0;
    }
    if (truth->voice == Voice::NPC_DIALOGUE && label->voice == Voice::NPC_DIALOGUE) {
      ++npcs;
      npcs_named += label->character.empty() ? 0 : 1;
      npcs_right += !label->character.empty() && truth->character == label->character ? 1 : 0;
    }
  }
  return fmt::format(
      "Types right: {:.1f} %, macro-F1 {:.1f} %.\n\n{}\nCharacter right where type CHARACTER is right: "
      "{:.1f} % of {:.0f}. "
      "Of {:.0f} lines rightly called NPC_DIALOGUE, {:.0f} were given a name (the text has to say it), "
      "{:.0f} the right one.\n",
      100 * confusion.accuracy(), 100 * confusion.macro_f1(), matrix(confusion),
      100 * named_right / std::max(1.0, named), named, npcs, npcs_named, npcs_right);
}

std::string reliability(const std::vector<Answers>& answers) {
  struct Bin {
    double lines = 0, confidence = 0, right = 0;
  };
  std::map<int, Bin> bins;
  for (const auto& [truth, label] : lines_of(answers)) {
    Bin& bin = bins[std::min(9, static_cast<int>(label->confidence * 10))];
    ++bin.lines;
    bin.confidence += label->confidence;
    bin.right += truth->label == label->classification ? 1 : 0;
  }
  std::string text = "| confidence | lines | mean confidence % | right % |\n|---|---|---|---|\n";
  for (const auto& [at, bin] : bins)
    text += fmt::format("| {:.1f}-{:.1f} | {:.0f} | {:.1f} | {:.1f} |\n", at / 10.0, at / 10.0 + 0.1,
                        bin.lines, 100 * bin.confidence / bin.lines, 100 * bin.right / bin.lines);
  return text;
}

// Lines of one kind of scene; of casual ones also those in character alone, which read like everyday talk.
std::string by_kind(const std::vector<Answers>& answers) {
  std::string text;
  for (const char* kind : {"casual", "story", "combat", "table"}) {
    std::vector<Line> lines = lines_of(answers), in_character;
    std::erase_if(lines, [&](const Line& line) { return line.first->kind != kind; });
    if (!lines.empty()) text += row("scenes: " + std::string(kind), figures(lines));
    std::copy_if(lines.begin(), lines.end(), std::back_inserter(in_character),
                 [](const Line& line) { return line.first->label == Classification::IC; });
    if (!in_character.empty() && std::string_view(kind) == "casual")
      text += row("scenes: casual, lines in character", figures(in_character));
  }
  return text;
}

std::string guessed_roles(const std::vector<Answers>& answers) {
  int speakers = 0, right = 0, unknown = 0, leaders = 0;
  for (const Answers& a : answers)
    for (const SpeakerRole& guess : a.labelled.roles)
      for (const SpeakerRole& truth : a.table->told) {
        if (truth.speaker_id != guess.speaker_id) continue;
        ++speakers;
        right += guess.role == truth.role ? 1 : 0;
        unknown += guess.role == Role::Unknown ? 1 : 0;
        leaders += guess.role == Role::DM && truth.role == Role::DM ? 1 : 0;
      }
  return fmt::format(
      "Roles guessed from speech alone: {} of {} speakers right, {} left unknown; the DM found at {} of {} "
      "tables.\n",
      right, speakers, unknown, leaders, answers.size());
}

}  // namespace

double ic_ooc_accuracy(const std::vector<Answers>& answers) {
  const Figures f = figures(lines_of(answers));
  return f.clear_right / std::max(1.0, f.clear);
}

std::string report(const std::vector<Setting>& settings) {
  std::string text = "# The classifier, judged by leaving tables out\n\n";
  text +=
      "Made by `make classifier`. Every table of `data/classification` is labelled by a head that was fitted "
      "to tables of other\n"
      "groups (a quarter of the tables is a group) and calibrated without it. \"IC/OOC right\": of the lines "
      "that are IC or OOC in truth, the share given "
      "that label (an answer\n"
      "MIXED counts as wrong). \"right (3 labels)\": of all lines, IC, OOC and MIXED. ECE: expected "
      "calibration error, ten bins.\n"
      "The party file of a table is made from its lines: who is the DM, and which characters a player speaks "
      "as. These tables\n"
      "are written, not recorded, and are easier than real play by about ten points.\n\n";
  text += kHeader;
  for (const Setting& s : settings) text += row(s.name, figures(lines_of(s.answers)));
  const auto& first = settings.front();
  text += "\nAll details below: " + first.name + ".\n\n## Labels\n\n" +
          matrix(figures(lines_of(first.answers)).labels);
  text += "\n## Calibration\n\n" + reliability(first.answers);
  text += "\n## By language and table\n\n" + std::string(kHeader);
  for (const char* language : {"en", "nl"}) text += row(language, figures(lines_of(first.answers, language)));
  text += by_kind(first.answers);
  for (const Answers& a : first.answers)
    text += row(a.table->name + " (" + a.table->language + ")", figures(lines_of({a})));
  text += "\n## Types and characters\n\n" + voices(first.answers);
  const auto guessed = std::find_if(settings.begin(), settings.end(), [](const Setting& s) {
    return s.answers.front().labelled.roles.front().origin == SpeakerRole::Origin::Guessed;
  });
  if (guessed != settings.end()) text += "\n## Roles\n\n" + guessed_roles(guessed->answers);
  return text;
}

}  // namespace skald::training
