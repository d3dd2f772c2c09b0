#include "engines/llm/confidence.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "base/text.hpp"

namespace skald::llm {
namespace {

// Which label a token begins, if any: "I", "\"IC", " OO", "MIX".
std::optional<Classification> begins(std::string_view token) {
  std::size_t start = 0;
  while (start < token.size() && std::isalpha(static_cast<unsigned char>(token[start])) == 0) {
    if (static_cast<unsigned char>(token[start]) >= 0x80 ||
        std::isdigit(static_cast<unsigned char>(token[start])) != 0)
      return std::nullopt;
    ++start;
  }
  const std::string word = ascii_lower(token.substr(start));
  if (word.empty()) return std::nullopt;
  struct Beginning {
    std::string_view word;
    Classification label;
  };
  constexpr std::array<Beginning, 5> kBeginnings = {{{"ic", Classification::IC},
                                                     {"in", Classification::IC},
                                                     {"ooc", Classification::OOC},
                                                     {"out", Classification::OOC},
                                                     {"mixed", Classification::MIXED}}};
  for (const Beginning& row : kBeginnings)
    if (row.word.starts_with(word) || std::string_view(word).starts_with(row.word)) return row.label;
  return std::nullopt;
}

}  // namespace

std::optional<double> label_confidence(const Completion& completion, std::size_t at, Classification chosen) {
  std::size_t offset = 0;
  for (const ChatToken& token : completion.tokens) {
    if (completion.text.compare(offset, token.text.size(), token.text) != 0) return std::nullopt;
    offset += token.text.size();
    if (offset <= at) continue;
    std::array<double, 3> mass{};
    for (const auto& [text, logprob] : token.top)
      if (const auto label = begins(text)) mass[static_cast<std::size_t>(*label)] += std::exp(logprob);
    const double sum = mass[0] + mass[1] + mass[2];
    const double own = mass[static_cast<std::size_t>(chosen)];
    if (!(own > 0) || !std::isfinite(sum)) return std::nullopt;
    return std::clamp(own / sum, 0.01, 0.99);
  }
  return std::nullopt;
}

}  // namespace skald::llm
