// Who leads the game and who plays: told, or guessed from how people speak.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/classify/talk.hpp"
#include "domain/types.hpp"

namespace skald::classify {

/// Every speaker of `talk` in the order of first words, after those in `told`. A role is told by `told`, by
/// an utterance's own role, or by the party, where the speaker goes by a person's or character's name. Else
/// Unknown.
std::vector<SpeakerRole> told_roles(const std::optional<Party>& party, std::span<const SpeakerRole> told,
                                    std::span<const Utterance> talk);

/// Fills in unknown roles. `evidence` holds, for each utterance, the logarithm of how much more a DM would
/// say it than a player. At most one speaker leads; where it is not clear who, the roles stay unknown.
/// Guesses are marked as such and carry their probability.
void guess_roles(std::vector<SpeakerRole>& roles, std::span<const Utterance> talk,
                 std::span<const double> evidence);

/// The role of each utterance's speaker.
std::vector<Role> role_of_each(std::span<const SpeakerRole> roles, std::span<const Utterance> talk);

}  // namespace skald::classify
