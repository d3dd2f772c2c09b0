#include "domain/review/words.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "domain/unicode.hpp"

namespace skald {
namespace {

constexpr std::size_t kMostPairs = 4'000'000;  // of words compared; beyond it times are shared out by length

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  std::string token;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > ' ') {
      token += c;
    } else if (!token.empty()) {
      tokens.push_back(std::move(token));
      token.clear();
    }
  }
  if (!token.empty()) tokens.push_back(std::move(token));
  return tokens;
}

// Recognised pieces joined to what stands between blanks: " don" and "'t" are one word.
std::vector<Word> joined(const std::vector<Word>& pieces) {
  std::vector<Word> words;
  for (const Word& piece : pieces) {
    const bool continues =
        !words.empty() && !piece.text.empty() && static_cast<unsigned char>(piece.text[0]) > ' ';
    if (!continues) {
      words.push_back(piece);
      continue;
    }
    words.back().text += piece.text;
    words.back().span.end = std::max(words.back().span.end, piece.span.end);
    words.back().probability = std::min(words.back().probability, piece.probability);
  }
  return words;
}

// What two spellings of a word share.
std::string key_of(std::string_view token) {
  std::u32string key;
  for (const char32_t point : decode_utf8(to_nfkc_lower(token)))
    if (is_word_character(point)) key += point;
  return key.empty() ? std::string(trim(token)) : encode_utf8(key);
}

std::vector<std::string> keys_of(const std::vector<std::string>& tokens) {
  std::vector<std::string> keys;
  for (const std::string& token : tokens) keys.push_back(key_of(token));
  return keys;
}

// For each of `wanted` the place of its partner in `known`, or -1: a longest common subsequence.
std::vector<int> partners(const std::vector<std::string>& wanted, const std::vector<std::string>& known) {
  const std::size_t rows = wanted.size(), columns = known.size();
  std::vector<int> found(rows, -1);
  if (rows * columns > kMostPairs) return found;
  std::vector<std::uint16_t> best((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t r, std::size_t c) -> std::uint16_t& { return best[r * (columns + 1) + c]; };
  for (std::size_t r = rows; r-- > 0;)
    for (std::size_t c = columns; c-- > 0;)
      at(r, c) = wanted[r] == known[c] ? static_cast<std::uint16_t>(at(r + 1, c + 1) + 1)
                                       : std::max(at(r + 1, c), at(r, c + 1));
  for (std::size_t r = 0, c = 0; r < rows && c < columns;) {
    if (wanted[r] == known[c])
      found[r++] = static_cast<int>(c++);
    else if (at(r + 1, c) >= at(r, c + 1))
      ++r;
    else
      ++c;
  }
  return found;
}

// Gives words [first, last) the time of `span`, by their length.
void share(std::vector<Word>& words, std::size_t first, std::size_t last, const Span& span) {
  double total = 0, done = 0;
  for (std::size_t i = first; i < last; ++i) total += static_cast<double>(words[i].text.size());
  for (std::size_t i = first; i < last; ++i) {
    const auto place = [&] {
      return to_millisecond(span.start + Seconds{span.length().value * done / total});
    };
    words[i].span.start = std::clamp(place(), span.start, span.end);
    done += static_cast<double>(words[i].text.size());
    words[i].span.end = std::clamp(place(), words[i].span.start, span.end);
  }
}

}  // namespace

std::vector<Word> retimed(const std::vector<Word>& recognised, std::string_view text, const Span& span) {
  const std::vector<Word> known = joined(recognised);
  std::vector<std::string> spoken;
  for (const Word& word : known) spoken.push_back(word.text);
  const std::vector<std::string> tokens = tokens_of(text);
  const std::vector<int> partner = partners(keys_of(tokens), keys_of(spoken));
  std::vector<Word> words;
  for (const std::string& token : tokens) words.push_back({{}, ' ' + token, 1});
  Seconds from = span.start;
  std::size_t first = 0;  // of the words that have no times yet
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (partner[i] < 0) continue;
    const Word& old = known[static_cast<std::size_t>(partner[i])];
    words[i].probability = old.probability;
    words[i].span.start = std::clamp(old.span.start, from, span.end);
    words[i].span.end = std::clamp(old.span.end, words[i].span.start, span.end);
    share(words, first, i, {from, words[i].span.start});
    from = words[i].span.end;
    first = i + 1;
  }
  share(words, first, words.size(), {from, span.end});
  return words;
}

std::string text_of(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) text += word.text;
  std::string line;
  for (const std::string& token : tokens_of(text)) line += (line.empty() ? "" : " ") + token;
  return line;
}

std::vector<Word> words_of(const Segment& segment) {
  std::string spoken;
  for (const Word& word : segment.words) spoken += word.text;
  if (!segment.words.empty() && tokens_of(spoken) == tokens_of(segment.text)) return segment.words;
  return retimed(segment.words, segment.text, segment.span);
}

}  // namespace skald
