// How labels follow one another: the chain over a scene's utterances.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "domain/classify/talk.hpp"

namespace skald::classify {

using Probabilities = std::array<double, 3>;
using Flow = std::array<std::array<double, 3>, 3>;

/// Marginal probabilities of a linear chain (forward-backward, Rabiner 1989): each utterance's own
/// probabilities, and `flow`, the logarithm of how readily a label follows another, between neighbours of one
/// scene.
std::vector<Probabilities> smooth(std::span<const Utterance> talk, std::span<const Probabilities> own,
                                  const Flow& flow);

/// What comes after the probabilities of single utterances: flow and calibration.
struct LabelChain {
  Flow flow{};                                     // logarithm: how readily label b follows label a
  std::array<double, 3> slope{1, 1, 1}, offset{};  // of the labels' log-probabilities
};

/// Platt scaling per class (Platt 1999, in logarithms): softmax of slope x log p + offset.
Probabilities calibrate(const LabelChain& chain, const Probabilities& p);

}  // namespace skald::classify
