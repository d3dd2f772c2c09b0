#include "engines/whisper/languages.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace skald::whisper {
namespace {

constexpr double kCertain = 0.8;   // a chunk this sure decides for itself
constexpr double kLongEnough = 4;  // seconds of speech
constexpr double kReach = 0.5;     // weight of a neighbour, per step
constexpr std::size_t kNeighbours = 2;

}  // namespace

std::vector<LanguageChoice> choose_languages(const Vocabulary& vocabulary,
                                             const std::vector<std::string>& allowed,
                                             const std::vector<std::vector<float>>& probabilities,
                                             std::span<const double> seconds) {
  std::vector<std::size_t> columns;
  std::vector<Token> tokens;
  for (const std::string& code : allowed) {
    const auto it = vocabulary.languages().find(code);
    columns.push_back(static_cast<std::size_t>(std::distance(vocabulary.languages().begin(), it)));
    tokens.push_back(it->second);
  }
  const std::size_t chunks = probabilities.size();
  std::vector<std::vector<double>> share(chunks, std::vector<double>(columns.size()));
  for (std::size_t i = 0; i < chunks; ++i) {
    double sum = 1e-12;
    for (const std::size_t c : columns) sum += probabilities[i][c];
    for (std::size_t k = 0; k < columns.size(); ++k) share[i][k] = probabilities[i][columns[k]] / sum;
  }
  std::vector<LanguageChoice> out;
  for (std::size_t i = 0; i < chunks; ++i) {
    std::vector<double> score(columns.size());
    const bool alone = std::ranges::max(share[i]) >= kCertain && seconds[i] >= kLongEnough;
    const std::size_t first = alone || i < kNeighbours ? (alone ? i : 0) : i - kNeighbours;
    const std::size_t last = alone ? i : std::min(chunks - 1, i + kNeighbours);
    for (std::size_t j = first; j <= last; ++j) {
      const auto steps = static_cast<double>(j > i ? j - i : i - j);
      const double weight = std::pow(kReach, steps) * std::min(seconds[j], 30.0);
      for (std::size_t k = 0; k < columns.size(); ++k) score[k] += weight * std::log(share[j][k] + 1e-3);
    }
    const auto best = static_cast<std::size_t>(std::ranges::max_element(score) - score.begin());
    out.push_back({allowed[best], tokens[best], share[i][best]});
  }
  return out;
}

}  // namespace skald::whisper
