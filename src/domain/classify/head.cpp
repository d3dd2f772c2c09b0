#include "domain/classify/head.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace skald::classify {
namespace {

void add(Columns& sum, float share, const Columns& weights) {
  for (std::size_t c = 0; c < kColumns; ++c) sum[c] += share * weights[c];
}

}  // namespace

std::vector<std::pair<std::size_t, float>> Head::word_shares(std::string_view text) const {
  constexpr float length = 0.5F;  // of the vector of shares
  std::set<std::size_t> present;
  for (const Token& token : tokens(text)) {
    const auto at = std::lower_bound(words.begin(), words.end(), token.lower);
    if (at != words.end() && *at == token.lower) present.insert(static_cast<std::size_t>(at - words.begin()));
  }
  float squares = 0;
  for (const std::size_t word : present) squares += rarity[word] * rarity[word];
  std::vector<std::pair<std::size_t, float>> shares;
  if (squares > 0)
    for (const std::size_t word : present)
      shares.emplace_back(word, length * rarity[word] / std::sqrt(squares));
  return shares;
}

Votes Head::votes(std::span<const float> embedding, std::string_view text) const {
  Votes votes;
  for (std::size_t i = 0; i < size(); ++i) {
    const float x = (embedding[i] - mean[i]) * scale[i];
    add(votes.own, x, own[i]);
    add(votes.for_next, x, for_next[i]);
    add(votes.for_previous, x, for_previous[i]);
  }
  for (const auto& [word, share] : word_shares(text)) add(votes.own, share, word_weights[word]);
  return votes;
}

std::array<double, 3> softmax(const Columns& columns, Question question) {
  double largest = columns[question.first];
  for (std::size_t k = 1; k < question.count; ++k)
    largest = std::max<double>(largest, columns[question.first + k]);
  std::array<double, 3> p{};
  double sum = 0;
  for (std::size_t k = 0; k < question.count; ++k) {
    p[k] = std::exp(columns[question.first + k] - largest);
    sum += p[k];
  }
  for (double& value : p) value /= sum;
  return p;
}

}  // namespace skald::classify
