#include "classifier/judge.hpp"

#include <algorithm>
#include <cstdio>

namespace skald::training {
namespace {

using classify::Context;
using classify::Head;

constexpr std::size_t kInnerGroups = 3;  // of tables that are left out together to calibrate a fold

std::vector<const Table*> without(std::span<const Table* const> tables, std::size_t group,
                                  std::size_t groups) {
  std::vector<const Table*> rest;
  for (std::size_t i = 0; i < tables.size(); ++i)
    if (i % groups != group) rest.push_back(tables[i]);
  return rest;
}

Head calibrated(std::span<const Table* const> tables, const FitOptions& options) {
  Head head = fit_head(tables, options);
  std::vector<Head> inner(tables.size());
  for (std::size_t group = 0; group < kInnerGroups; ++group) {
    const Head fitted = fit_head(without(tables, group, kInnerGroups), options);
    for (std::size_t i = group; i < tables.size(); i += kInnerGroups) inner[i] = fitted;
  }
  calibrate_on(head, tables, inner, options.context);
  return head;
}

}  // namespace

Answers answer(const Head& head, const Table& table, Context context, Told told) {
  std::vector<classify::Votes> votes;
  for (std::size_t i = 0; i < table.talk.size(); ++i)
    votes.push_back(
        head.votes(std::span(table.embeddings).subspan(i * head.size(), head.size()), table.talk[i].text));
  std::vector<classify::Utterance> talk = table.talk;
  const std::optional<Party> nobody;
  std::span<const SpeakerRole> roles = table.told;
  if (told == Told::Nothing) {
    for (auto& said : talk) said.role = Role::Unknown;
    roles = {};
  }
  const classify::Session session{talk, votes, told == Told::Nothing ? nobody : table.party, roles};
  Answers answers{&table, classify::label_session(head, session, context), {}, {}};
  answers.rows = classify::scores(head, session, answers.labelled.roles, context);
  answers.uncalibrated = classify::label_probabilities(head.chain, talk, answers.rows, context);
  return answers;
}

void calibrate_on(Head& head, std::span<const Table* const> tables, std::span<const Head> heads,
                  Context context) {
  std::vector<classify::Probabilities> probabilities;
  std::vector<Classification> truth;
  for (std::size_t t = 0; t < tables.size(); ++t)
    for (const Told told : {Told::RolesAndParty, Told::Nothing}) {
      const Answers answers = answer(heads[t], *tables[t], context, told);
      probabilities.insert(probabilities.end(), answers.uncalibrated.begin(), answers.uncalibrated.end());
      for (const Truth& line : tables[t]->truth) truth.push_back(line.label);
    }
  fit_calibration(head, probabilities, truth);
}

std::vector<Head> leave_out(std::span<const Table> tables, const FitOptions& options) {
  std::vector<const Table*> all;
  for (const Table& table : tables) all.push_back(&table);
  const std::size_t groups = std::clamp<std::size_t>(options.groups, 2, all.size());
  std::vector<Head> heads(all.size());
  for (std::size_t group = 0; group < groups; ++group) {
    const Head head = calibrated(without(all, group, groups), options);
    for (std::size_t i = group; i < all.size(); i += groups) heads[i] = head;
    std::fprintf(stderr, "  group %zu of %zu judged\n", group + 1, groups);
  }
  return heads;
}

}  // namespace skald::training
