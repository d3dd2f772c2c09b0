// From votes to labels: roles, flow, calibration, voice and character of a whole session.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "domain/classify/flow.hpp"
#include "domain/classify/head.hpp"
#include "domain/classify/roles.hpp"
#include "domain/types.hpp"

namespace skald::classify {

/// Everything that labels are made from. `votes` is as long as `talk`.
struct Session {
  std::span<const Utterance> talk;
  std::span<const Votes> votes;
  const std::optional<Party>& party;
  std::span<const SpeakerRole> told;
};

/// Sums of votes, surface and bias, one row an utterance.
std::vector<Columns> scores(const Head& head, const Session& session, std::span<const SpeakerRole> roles,
                            Context context);

/// Probabilities of IC, OOC and MIXED after the flow, before calibration.
std::vector<Probabilities> label_probabilities(const Head& head, std::span<const Utterance> talk,
                                               std::span<const Columns> scores, Context context);

/// Platt scaling per class (Platt 1999, in logarithms): softmax of slope x log p + offset.
Probabilities calibrate(const Head& head, const Probabilities& p);

struct Labelled {
  std::vector<Label> labels;       // one an utterance; OOC goes with OOC_OTHER, and only with it
  std::vector<SpeakerRole> roles;  // told first, then the others in the order of their first words
};

Labelled label_session(const Head& head, const Session& session, Context context = Context::Around);

}  // namespace skald::classify
