#include "domain/classify/flow.hpp"

#include <algorithm>
#include <cmath>

namespace skald::classify {
namespace {

void normalize(Probabilities& p) {
  const double sum = p[0] + p[1] + p[2];
  for (double& value : p) value /= sum;
}

// One scene: utterances [first, last).
void smooth_scene(std::span<const Probabilities> own, const Flow& step, std::span<Probabilities> result) {
  const std::size_t n = own.size();
  std::vector<Probabilities> forward(n);
  for (std::size_t i = 0; i < n; ++i) {
    forward[i] = own[i];
    if (i > 0)
      for (std::size_t b = 0; b < 3; ++b) {
        double reached = 0;
        for (std::size_t a = 0; a < 3; ++a) reached += forward[i - 1][a] * step[a][b];
        forward[i][b] *= reached;
      }
    normalize(forward[i]);
  }
  Probabilities backward{1, 1, 1};
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t a = 0; a < 3; ++a) result[i][a] = forward[i][a] * backward[a];
    normalize(result[i]);
    Probabilities before{};
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) before[a] += step[a][b] * own[i][b] * backward[b];
    normalize(before);
    backward = before;
  }
}

}  // namespace

std::vector<Probabilities> smooth(std::span<const Utterance> talk, std::span<const Probabilities> own,
                                  const Flow& flow) {
  Flow step{};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) step[a][b] = std::exp(flow[a][b]);
  std::vector<Probabilities> result(own.size());
  for (std::size_t first = 0, last = 0; first < own.size(); first = last) {
    while (last < own.size() && talk[last].scene == talk[first].scene) ++last;
    smooth_scene(own.subspan(first, last - first), step, std::span(result).subspan(first, last - first));
  }
  return result;
}

Probabilities calibrate(const LabelChain& chain, const Probabilities& p) {
  constexpr double least = 1e-12;
  Probabilities z{};
  for (std::size_t k = 0; k < 3; ++k)
    z[k] = chain.slope[k] * std::log(std::max(p[k], least)) + chain.offset[k];
  const double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (double& value : z) sum += value = std::exp(value - largest);
  for (double& value : z) value /= sum;
  return z;
}

}  // namespace skald::classify
