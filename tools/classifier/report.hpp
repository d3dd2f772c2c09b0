// The report of leaving tables out, as Markdown.
#pragma once
#include <string>
#include <vector>

#include "classifier/judge.hpp"

namespace skald::training {

/// One way of using the classifier, and its answers for every table.
struct Setting {
  std::string name;
  std::vector<Answers> answers;
};

/// Accuracy, macro-F1, calibration, confusion, by language and table, voices, characters and roles.
/// `settings` come in the order of importance; details are given for the first.
std::string report(const std::vector<Setting>& settings);

/// Share of lines labelled IC or OOC in truth whose label is right.
double ic_ooc_accuracy(const std::vector<Answers>& answers);

}  // namespace skald::training
