// Reading what a language model answered: leniently in form, strictly in content.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/types.hpp"

namespace skald::llm {

/// A label as a model may give it: the voice is of the story part, and absent for table talk.
struct Verdict {
  Classification classification = Classification::OOC;
  std::optional<Voice> voice;
  std::size_t at = 0;  // where in the answer the label begins

  friend bool operator==(const Verdict& a, const Verdict& b) {
    return a.classification == b.classification && a.voice == b.voice;
  }
};

/// "IC_CHARACTER", "in-character", "In karakter", "OOC", "gemengd": one of the labels, in English or Dutch.
/// Nothing for anything else, also for two labels at once.
std::optional<Verdict> verdict_from(std::string_view words);

struct Answer {
  std::map<int, Verdict> verdicts;
  std::size_t unknown_labels = 0;  // values that are no labels
  std::size_t strange_ids = 0;     // ids that were not asked for
  std::size_t conflicts = 0;       // ids with two different labels: neither counts
};

/// The verdicts in a text: a JSON object by id, a list of objects with ids, either below another key, in code
/// fences or with words around it; also cut off in the middle; or lines of "id: label". Only asked ids count.
/// Nothing else in the text has any effect.
Answer parse_answer(std::string_view text, std::span<const int> asked);

}  // namespace skald::llm
