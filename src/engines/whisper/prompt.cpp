#include "engines/whisper/prompt.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"

namespace skald::whisper {

std::vector<Token> hotword_tokens(const Vocabulary& vocabulary, std::string_view hotwords, std::size_t most) {
  std::string list(hotwords);
  std::ranges::replace(list, '\n', ',');
  std::set<std::string> seen;
  std::vector<Token> out;
  for (const std::string& entry : split(list, ',')) {
    const std::string name(trim(entry));
    if (name.empty() || !seen.insert(ascii_lower(name)).second) continue;
    const std::vector<Token> tokens = vocabulary.encode((out.empty() ? " " : ", ") + name);
    if (out.size() + tokens.size() + 1 > most) continue;  // a shorter name may still fit; none is cut in half
    out.insert(out.end(), tokens.begin(), tokens.end());
  }
  if (!out.empty()) {
    const std::vector<Token> stop = vocabulary.encode(".");
    out.insert(out.end(), stop.begin(), stop.end());
  }
  return out;
}

std::vector<Token> make_prompt(const Vocabulary& vocabulary, const std::vector<Token>& hotwords,
                               Token language) {
  const SpecialTokens& s = vocabulary.special();
  std::vector<Token> prompt;
  if (!hotwords.empty()) {
    prompt.push_back(s.previous);
    prompt.insert(prompt.end(), hotwords.begin(), hotwords.end());
  }
  prompt.push_back(s.start);
  if (vocabulary.multilingual() == Multilingual::Yes) {
    prompt.push_back(language);
    prompt.push_back(s.transcribe);
  }
  prompt.push_back(s.no_timestamps);
  return prompt;
}

}  // namespace skald::whisper
