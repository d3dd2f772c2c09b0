#include "engines/e5/tokenizer.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/text.hpp"

namespace skald::e5 {
namespace {

constexpr char32_t kSpaceMark = 0x2581;   // how pieces write a space
constexpr float kUnknownPenalty = 10.0F;  // SentencePiece's distance below the least probable piece

}  // namespace

// A range of sorted pieces that share a prefix; narrowed byte by byte.
struct Tokenizer::Prefix {
  const Tokenizer& tokenizer;
  std::size_t first, last, length = 0;

  void add(char byte) {
    const auto& v = tokenizer.vocabulary_;
    const auto begin = tokenizer.sorted_.begin();
    const auto key = static_cast<unsigned char>(byte);
    const auto at = [&](std::uint32_t piece) {  // -1 where the piece ends here, so that it comes first
      const std::string_view text = v.piece(piece);
      return text.size() > length ? static_cast<int>(static_cast<unsigned char>(text[length])) : -1;
    };
    const auto low = std::lower_bound(begin + static_cast<std::ptrdiff_t>(first),
                                      begin + static_cast<std::ptrdiff_t>(last), key,
                                      [&](std::uint32_t piece, int k) { return at(piece) < k; });
    const auto high = std::upper_bound(low, begin + static_cast<std::ptrdiff_t>(last), key,
                                       [&](int k, std::uint32_t piece) { return k < at(piece); });
    first = static_cast<std::size_t>(low - begin);
    last = static_cast<std::size_t>(high - begin);
    ++length;
  }
  bool empty() const { return first == last; }
  // The piece that is exactly this prefix, or -1.
  int piece() const {
    if (empty()) return -1;
    const std::uint32_t candidate = tokenizer.sorted_[first];
    return tokenizer.vocabulary_.piece(candidate).size() == length ? static_cast<int>(candidate) : -1;
  }
};

Tokenizer::Tokenizer(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
  const auto is_special = [&](std::uint32_t piece) {
    const auto id = static_cast<int>(piece);
    return id == vocabulary.begin || id == vocabulary.end || id == vocabulary.padding ||
           id == vocabulary.unknown;
  };
  sorted_.reserve(vocabulary.pieces());
  for (std::uint32_t piece = 0; piece < vocabulary.pieces(); ++piece)
    if (!is_special(piece) && !vocabulary.piece(piece).empty()) sorted_.push_back(piece);
  std::stable_sort(sorted_.begin(), sorted_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return vocabulary.piece(a) < vocabulary.piece(b);
  });
  unknown_score_ = *std::min_element(vocabulary.scores.begin(), vocabulary.scores.end()) - kUnknownPenalty;
}

// Replaces code points, joins spaces, and puts one in front.
std::u32string Tokenizer::normalize(std::string_view text) const {
  const Vocabulary& v = vocabulary_;
  std::u32string normal;
  const auto add = [&](char32_t point) {
    if (point != U' ' || normal.empty() || normal.back() != U' ') normal.push_back(point);
  };
  for (const char32_t point : decode_utf8(text)) {
    const auto rule = std::lower_bound(v.from.begin(), v.from.end(), point);
    if (rule == v.from.end() || *rule != point) {
      add(point);
      continue;
    }
    const auto i = static_cast<std::size_t>(rule - v.from.begin());
    for (std::uint32_t k = v.to_offset[i]; k < v.to_offset[i + 1]; ++k) add(v.to[k]);
  }
  if (normal.empty() || normal.front() != U' ') normal.insert(normal.begin(), U' ');
  std::replace(normal.begin(), normal.end(), U' ', kSpaceMark);
  return normal;
}

std::vector<int> Tokenizer::ids(std::string_view text) const {
  const std::u32string characters = normalize(text);
  std::vector<std::string> bytes;
  bytes.reserve(characters.size());
  for (const char32_t c : characters) bytes.push_back(encode_utf8({&c, 1}));

  // Viterbi: the best way to reach each place between two characters.
  struct Place {
    float score = -std::numeric_limits<float>::infinity();
    int piece = -1;
    std::size_t from = 0;
  };
  std::vector<Place> places(characters.size() + 1);
  places[0].score = 0;
  const auto reach = [&](std::size_t place, Place way) {
    if (way.score > places[place].score) places[place] = way;
  };
  for (std::size_t start = 0; start < characters.size(); ++start) {
    Prefix prefix{*this, 0, sorted_.size()};
    for (std::size_t end = start; end < characters.size() && !prefix.empty(); ++end) {
      for (const char byte : bytes[end]) prefix.add(byte);
      if (const int piece = prefix.piece(); piece >= 0)
        reach(end + 1,
              {places[start].score + vocabulary_.scores[static_cast<std::size_t>(piece)], piece, start});
    }
    reach(start + 1, {places[start].score + unknown_score_, vocabulary_.unknown, start});
  }
  std::vector<int> ids;
  for (std::size_t place = characters.size(); place > 0; place = places[place].from)
    ids.push_back(places[place].piece);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace skald::e5
