// From votes to labels: roles, flow, calibration, voice and character of a whole session.
#pragma once
#include <optional>
#include <span>
#include <vector>

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
std::vector<Probabilities> label_probabilities(const LabelChain& chain, std::span<const Utterance> talk,
                                               std::span<const Columns> scores, Context context);

/// What a second reader says, one of whole dialogues, and how much it counts.
struct SecondReader {
  std::vector<Columns> columns;  // one row an utterance
  double share = 0;              // of its log-probabilities in the sum; the head has the rest
  LabelChain chain;              // of the sum
};

/// Every speaker's role: told first, then the others in the order of their first words, guessed from what
/// they say.
std::vector<SpeakerRole> session_roles(const Head& head, const Session& session,
                                       Context context = Context::Around);

struct Labelled {
  std::vector<Label> labels;       // one an utterance; OOC goes with OOC_OTHER, and only with it
  std::vector<SpeakerRole> roles;  // told first, then the others in the order of their first words
};

/// Labels by the head alone.
Labelled label_session(const Head& head, const Session& session, Context context = Context::Around);
/// Labels by both. `roles` are those of session_roles.
std::vector<Label> label_by_both(const Head& head, const Session& session, std::span<const SpeakerRole> roles,
                                 const SecondReader& second);

}  // namespace skald::classify
