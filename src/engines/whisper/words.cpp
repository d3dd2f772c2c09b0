#include "engines/whisper/words.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace skald::whisper {
namespace {

constexpr std::array<std::string_view, 6> kWithoutSpaces{"zh", "ja", "th", "lo", "my", "yue"};
constexpr std::string_view kSentenceEnds = ".!?";

bool whole_characters(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (i + length > bytes.size()) return false;
    i += length;
  }
  return true;
}

constexpr std::u32string_view kSigns = U"\"'“”‘’«»„¿([{-.。,，!！?？:：)]}、;…%–—";

// All of the text, spaces aside, are signs.
bool only_signs(std::string_view text) {
  const std::u32string characters = decode_utf8(trim(text));
  return std::ranges::all_of(characters,
                             [](char32_t c) { return kSigns.find(c) != std::u32string_view::npos; });
}

// Runs of tokens that make whole characters: a character may be spread over several tokens.
std::vector<WordTokens> characters_of(const Vocabulary& vocabulary, std::span<const Token> tokens) {
  std::vector<WordTokens> out;
  std::string bytes;
  std::size_t first = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    bytes += vocabulary.bytes(tokens[i]);
    if (!whole_characters(bytes) && i + 1 < tokens.size()) continue;
    out.push_back({first, i + 1, repair_utf8(bytes)});
    bytes.clear();
    first = i + 1;
  }
  return out;
}

void join(WordTokens& left, const WordTokens& right) {
  left.last = right.last;
  left.text += right.text;
}

constexpr double kNoWordLasts = 1.5;  // seconds; more is a pause before a word whose sign is missing

// A word at the edge of a sentence easily swallows the pause beside it: it keeps twice the usual length.
void shorten_at_pauses(std::vector<Word>& words) {
  std::vector<double> lengths;
  for (const Word& w : words)
    if (w.span.length().value > 0) lengths.push_back(w.span.length().value);
  if (lengths.empty()) return;
  std::ranges::nth_element(lengths, lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2));
  const double longest = 2 * std::min(0.7, lengths[lengths.size() / 2]);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Span& span = words[i].span;
    if (span.length().value <= longest) continue;
    const bool after_end = i == 0 || kSentenceEnds.find(words[i - 1].text.back()) != std::string_view::npos;
    const bool ends =
        kSentenceEnds.find(words[i].text.back()) != std::string_view::npos || i + 1 == words.size();
    if (ends && !after_end)
      span.end = span.start + Seconds{longest};
    else if (after_end || span.length().value > kNoWordLasts)
      span.start = span.end - Seconds{longest};
  }
}

}  // namespace

std::vector<WordTokens> split_words(const Vocabulary& vocabulary, std::span<const Token> tokens,
                                    std::string_view language) {
  const bool spaces = std::ranges::find(kWithoutSpaces, language) == kWithoutSpaces.end();
  std::vector<WordTokens> words;
  for (const WordTokens& part : characters_of(vocabulary, tokens)) {
    const bool begins = words.empty() || (spaces ? part.text.starts_with(' ') : !only_signs(part.text));
    if (begins)
      words.push_back(part);
    else
      join(words.back(), part);
  }
  // A sign that stands alone between spaces belongs to the word before it.
  std::vector<WordTokens> out;
  for (const WordTokens& word : words) {
    if (!out.empty() && only_signs(word.text))
      join(out.back(), word);
    else
      out.push_back(word);
  }
  return out;
}

std::vector<Word> timed_words(std::span<const WordTokens> words, const Alignment& alignment, Seconds length) {
  std::vector<Word> out;
  if (alignment.starts.empty()) return out;
  const auto time = [&](std::size_t token) {
    return std::min(alignment.starts[std::min(token, alignment.starts.size() - 1)], length.value);
  };
  for (const WordTokens& word : words) {
    if (trim(word.text).empty()) continue;
    double sum = 0;
    std::size_t counted = 0;
    for (std::size_t i = word.first; i < word.last && i < alignment.probabilities.size(); ++i, ++counted)
      sum += alignment.probabilities[i];
    out.push_back({{{time(word.first)}, {time(word.last)}},
                   word.text,
                   counted ? sum / static_cast<double>(counted) : 0});
  }
  shorten_at_pauses(out);
  double from = 0;
  for (Word& w : out) {
    w.span.start.value = std::clamp(w.span.start.value, from, length.value);
    w.span.end.value = std::clamp(w.span.end.value, w.span.start.value, length.value);
    from = w.span.start.value;
  }
  return out;
}

}  // namespace skald::whisper
