#include "domain/metrics/wer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "base/text.hpp"
#include "domain/assignment.hpp"
#include "domain/unicode.hpp"

namespace skald {
namespace {

using Symbols = std::vector<std::uint32_t>;

// Words as numbers, equal for equal words.
class Lexicon {
 public:
  Symbols symbols(const std::vector<std::string>& words) {
    Symbols result;
    result.reserve(words.size());
    for (const std::string& word : words)
      result.push_back(numbers_.try_emplace(word, static_cast<std::uint32_t>(numbers_.size())).first->second);
    return result;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// Edit distance in blocks of 64 words at once (Myers 1999, Hyyro 2003).
std::size_t edit_distance(const Symbols& a, const Symbols& b) {
  if (a.empty()) return b.size();
  const std::size_t blocks = (a.size() + 63) / 64;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> places;
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto& bits = places[a[i]];
    bits.resize(blocks);
    bits[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  std::vector<std::uint64_t> plus(blocks, ~std::uint64_t{0}), minus(blocks, 0);
  const std::uint64_t last_bit = std::uint64_t{1} << ((a.size() - 1) % 64);
  std::size_t distance = a.size();
  for (const std::uint32_t symbol : b) {
    const auto found = places.find(symbol);
    const std::uint64_t* match = found == places.end() ? nullptr : found->second.data();
    std::uint64_t plus_in = 1, minus_in = 0;
    for (std::size_t k = 0; k < blocks; ++k) {
      const std::uint64_t here = match == nullptr ? 0 : match[k];
      const std::uint64_t eq = here | minus_in;
      const std::uint64_t xv = here | minus[k];
      const std::uint64_t xh = (((eq & plus[k]) + plus[k]) ^ plus[k]) | eq;
      std::uint64_t ph = minus[k] | ~(xh | plus[k]);
      std::uint64_t mh = plus[k] & xh;
      if (k + 1 == blocks) {
        distance += (ph & last_bit) != 0 ? 1 : 0;
        distance -= (mh & last_bit) != 0 ? 1 : 0;
      }
      const std::uint64_t plus_out = ph >> 63, minus_out = mh >> 63;
      ph = (ph << 1) | plus_in;
      mh = (mh << 1) | minus_in;
      plus[k] = mh | ~(xv | ph);
      minus[k] = ph & xv;
      plus_in = plus_out;
      minus_in = minus_out;
    }
  }
  return distance;
}

// Substitutions on a cheapest path, in a band as wide as the distance. Among the cheapest paths the one with
// the most substitutions counts, which is what the usual back-trace (diagonal first) finds.
std::size_t substitutions(const Symbols& reference, const Symbols& hypothesis, std::size_t distance) {
  struct Cell {
    std::size_t cost, substitutions;
    bool better_than(const Cell& o) const {
      return cost != o.cost ? cost < o.cost : substitutions > o.substitutions;
    }
  };
  const std::size_t far = reference.size() + hypothesis.size() + 1;
  const Cell outside{far, 0};
  std::vector<Cell> above(hypothesis.size() + 2, outside), row(hypothesis.size() + 2, outside);
  for (std::size_t j = 0; j <= std::min(hypothesis.size(), distance); ++j) above[j] = {j, 0};
  for (std::size_t i = 1; i <= reference.size(); ++i) {
    const std::size_t first = i > distance ? i - distance : 0;
    const std::size_t last = std::min(hypothesis.size(), i + distance);
    if (first > 0) row[first - 1] = outside;
    for (std::size_t j = first; j <= last; ++j) {
      Cell best = {above[j].cost + 1, above[j].substitutions};
      if (j > 0) {
        const bool equal = reference[i - 1] == hypothesis[j - 1];
        const Cell diagonal = {above[j - 1].cost + (equal ? 0 : 1),
                               above[j - 1].substitutions + (equal ? 0 : 1)};
        if (diagonal.better_than(best)) best = diagonal;
        const Cell left = {row[j - 1].cost + 1, row[j - 1].substitutions};
        if (left.better_than(best)) best = left;
      }
      row[j] = best;
    }
    row[last + 1] = outside;
    std::swap(above, row);
  }
  return above[hypothesis.size()].substitutions;
}

WordErrors errors_of(const Symbols& reference, const Symbols& hypothesis) {
  WordErrors result;
  result.words = reference.size();
  const std::size_t distance = edit_distance(reference, hypothesis);
  result.substitutions = substitutions(reference, hypothesis, distance);
  // distance = S + D + I and D - I = the difference in length.
  const std::size_t rest = distance - result.substitutions + reference.size();
  result.deletions = (rest - hypothesis.size()) / 2;
  result.insertions = distance - result.substitutions - result.deletions;
  return result;
}

}  // namespace

std::vector<std::string> normalised_words(std::string_view text) {
  std::vector<std::string> words;
  std::u32string word;
  const auto finish = [&] {
    // Again, because a mark may now stand behind another letter than before.
    if (word.find_first_not_of(U'\'') != std::u32string::npos)
      words.push_back(to_nfkc_lower(encode_utf8(word)));
    word.clear();
  };
  for (char32_t point : decode_utf8(to_nfkc_lower(text))) {
    if (point == U'\u2019' || point == U'\u02BC') point = U'\'';
    const bool hyphen = point == U'-' || point == U'\u2010' || point == U'\u2011' || point == U'\u2013';
    if (is_space(point) || hyphen)
      finish();
    else if (point == U'\'' || (is_word_character(point) && point != U'_'))
      word += point;
  }
  finish();
  return words;
}

double WordErrors::rate() const {
  if (words == 0) return insertions == 0 ? 0 : 1;
  return static_cast<double>(errors()) / static_cast<double>(words);
}

WordErrors& WordErrors::operator+=(const WordErrors& other) {
  words += other.words;
  substitutions += other.substitutions;
  deletions += other.deletions;
  insertions += other.insertions;
  return *this;
}

WordErrors word_errors(const std::vector<std::string>& reference,
                       const std::vector<std::string>& hypothesis) {
  Lexicon lexicon;
  const Symbols a = lexicon.symbols(reference);
  return errors_of(a, lexicon.symbols(hypothesis));
}

SpeakerWordErrors speaker_word_errors(const std::vector<SpeakerWords>& reference,
                                      const std::vector<SpeakerWords>& hypothesis) {
  Lexicon lexicon;
  std::vector<Symbols> said, heard;
  for (const SpeakerWords& s : reference) said.push_back(lexicon.symbols(s.words));
  for (const SpeakerWords& s : hypothesis) heard.push_back(lexicon.symbols(s.words));
  // A square of costs: speakers beyond the other side's number are paired with silence.
  const std::size_t size = std::max(said.size(), heard.size());
  said.resize(size);
  heard.resize(size);
  std::vector<std::vector<double>> costs(size, std::vector<double>(size));
  for (std::size_t r = 0; r < size; ++r)
    for (std::size_t h = 0; h < size; ++h)
      costs[r][h] = static_cast<double>(edit_distance(said[r], heard[h]));
  const auto pairs = cheapest_pairs(costs);
  SpeakerWordErrors result;
  for (std::size_t r = 0; r < size; ++r) {
    const std::size_t h = pairs[r].value();
    result.pairs.push_back({r < reference.size() ? reference[r].speaker : "",
                            h < hypothesis.size() ? hypothesis[h].speaker : "",
                            errors_of(said[r], heard[h])});
    result.errors += result.pairs.back().errors;
  }
  return result;
}

}  // namespace skald
