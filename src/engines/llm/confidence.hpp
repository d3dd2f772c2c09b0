// How sure a label is, as far as the service lets it be measured.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "domain/types.hpp"
#include "engines/llm/chat.hpp"

namespace skald::llm {

/// Of a label whose service tells no log-probabilities: "not measured". Never a figure that a model made up.
inline constexpr double kUnmeasured = 0.5;

/// The probability of `chosen` among IC, OOC and MIXED, from the log-probabilities of the token that begins
/// the label at byte `at` of the answer: what the tokens that begin another label would have had is the rest.
/// Between 0.01 and 0.99. Nothing where the tokens do not tell.
std::optional<double> label_confidence(const Completion& completion, std::size_t at, Classification chosen);

}  // namespace skald::llm
