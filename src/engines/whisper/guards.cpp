#include "engines/whisper/guards.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"

namespace skald::whisper {
namespace {

constexpr std::size_t kLongestRound = 40;  // tokens of one round of a loop
constexpr std::size_t kShortestLoop = 12;  // tokens of a loop in all: "no, no, no, no" is speech

// Rounds of `length` tokens from `at` on that equal the first one.
std::size_t rounds(std::span<const Token> tokens, std::size_t at, std::size_t length) {
  std::size_t count = 1;
  while (at + (count + 1) * length <= tokens.size() &&
         std::equal(tokens.begin() + at, tokens.begin() + at + length, tokens.begin() + at + count * length))
    ++count;
  return count;
}

std::vector<std::string> plain_words(std::string_view text) {
  std::string letters;
  for (const char c : ascii_lower(text)) {
    const auto u = static_cast<unsigned char>(c);
    const bool letter = u >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'';
    letters += letter ? c : ' ';
  }
  std::vector<std::string> out;
  for (std::string& word : split(letters, ' '))
    if (!word.empty()) out.push_back(std::move(word));
  return out;
}

}  // namespace

double repetition(std::span<const Token> tokens) {
  constexpr std::size_t run = 3;
  if (tokens.size() < kShortestLoop) return 0;
  std::set<std::array<Token, run>> seen;
  const std::size_t runs = tokens.size() - run + 1;
  for (std::size_t i = 0; i < runs; ++i) seen.insert({tokens[i], tokens[i + 1], tokens[i + 2]});
  return 1 - static_cast<double>(seen.size()) / static_cast<double>(runs);
}

std::vector<Token> without_loops(std::span<const Token> tokens, int times) {
  std::vector<Token> out;
  for (std::size_t i = 0; i < tokens.size();) {
    std::size_t skip = 0, keep = 1;
    for (std::size_t length = 1; length <= kLongestRound && i + length <= tokens.size() && !skip; ++length) {
      const std::size_t count = rounds(tokens, i, length);
      if (count >= static_cast<std::size_t>(times) && count * length >= kShortestLoop) {
        keep = length;
        skip = count * length;
      }
    }
    out.insert(out.end(), tokens.begin() + i, tokens.begin() + i + keep);
    i += std::max(skip, keep);
  }
  return out;
}

double prompt_echo(std::string_view text, std::string_view hotwords) {
  const std::vector<std::string> said = plain_words(text), told = plain_words(hotwords);
  if (said.empty() || told.empty()) return 0;
  // The longest run of words of the text that stands in the hotwords just so.
  std::size_t longest = 0;
  for (std::size_t i = 0; i < said.size(); ++i)
    for (std::size_t j = 0; j < told.size(); ++j) {
      std::size_t n = 0;
      while (i + n < said.size() && j + n < told.size() && said[i + n] == told[j + n]) ++n;
      longest = std::max(longest, n);
    }
  return static_cast<double>(longest) / static_cast<double>(said.size());
}

Verdict judge(const Evidence& e) {
  if (e.no_speech_probability > 0.6 && e.average_log_probability < -1.0) return Verdict::Drop;
  if (e.no_speech_probability > 0.8 && e.average_log_probability < -0.7) return Verdict::Drop;
  if (e.seconds_of_speech < 0.25 && e.mean_word_probability < 0.6) return Verdict::Drop;
  if (e.mean_word_probability < 0.2) return Verdict::Drop;
  return Verdict::Keep;
}

}  // namespace skald::whisper
