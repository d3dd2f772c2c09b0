// Judges the classifier by leaving tables out: heads that never saw a table label it.
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "classifier/fit.hpp"
#include "classifier/tables.hpp"
#include "domain/classify/labeller.hpp"

namespace skald::training {

/// What the classifier is told about a table besides its lines.
enum class Told { RolesAndParty, Nothing };

/// The answers for one table.
struct Answers {
  const Table* table = nullptr;
  classify::Labelled labelled;
  std::vector<classify::Columns> rows;  // what the head says of each line
  std::vector<classify::Probabilities> uncalibrated;
};

/// Labels one table with a head.
Answers answer(const classify::Head& head, const Table& table, classify::Context context, Told told);

/// For every table a head fitted to those of the other groups. Each is calibrated on answers for its own
/// tables that come from heads which did not see these either, so that nothing of a left-out table is used.
std::vector<classify::Head> leave_out(std::span<const Table> tables, const FitOptions& options);

/// Calibrates `head` on what `heads` (one a table, none of which saw it) answer, told everything and told
/// nothing.
void calibrate_on(classify::Head& head, std::span<const Table* const> tables,
                  std::span<const classify::Head> heads, classify::Context context);

}  // namespace skald::training
