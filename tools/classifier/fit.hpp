// Fits a head to labelled tables: multinomial logistic regression with a quadratic penalty, flow and
// calibration.
#pragma once
#include <span>
#include <vector>

#include "classifier/tables.hpp"
#include "domain/classify/flow.hpp"
#include "domain/classify/head.hpp"

namespace skald::training {

struct FitOptions {
  std::vector<int> layers;  // that the embeddings are made of
  classify::Context context = classify::Context::Around;
  unsigned threads = 2;    // do not change the result
  std::size_t groups = 4;  // of tables, left out together to judge; as many as tables: each alone
};

/// A head without calibration. All three questions are fitted at once; roles and names are hidden from part
/// of the examples, so that the head is of use where nobody told them.
classify::Head fit_head(std::span<const Table* const> tables, const FitOptions& options);

/// Sets the head's calibration: slope and offset per class under which the labels of `truth` are most
/// probable given `probabilities`, which must come from heads that did not see these lines.
void fit_calibration(classify::Head& head, std::span<const classify::Probabilities> probabilities,
                     std::span<const Classification> truth);

}  // namespace skald::training
