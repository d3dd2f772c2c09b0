#include "domain/classify/company.hpp"

#include <algorithm>
#include <array>

namespace skald::classify {
namespace {

// Words that may stand before a name without being part of what people call out.
constexpr std::array kBeforeNames = {"the", "a",  "an",   "de",   "het", "een",
                                     "sir", "dr", "lady", "lord", "heer"};

// "X says": what follows or precedes is X's speech. English and Dutch, present and past.
constexpr std::array kSpeechVerbs = {
    "says",     "said",      "asks",       "asked",     "shouts",     "shouted",  "yells",    "yelled",
    "whispers", "whispered", "replies",    "replied",   "answers",    "answered", "mutters",  "muttered",
    "growls",   "growled",   "calls",      "called",    "goes",       "snaps",    "snapped",  "hisses",
    "hissed",   "laughs",    "laughed",    "zegt",      "zei",        "vraagt",   "vroeg",    "roept",
    "riep",     "fluistert", "fluisterde", "antwoordt", "antwoordde", "mompelt",  "mompelde", "gromt",
    "gromde",   "schreeuwt", "schreeuwde", "sist",      "siste",      "lacht"};

// Words that begin sentences with a capital and are no names.
constexpr std::array kNoNames = {
    "i",       "i'm",       "he",       "she",    "it",   "they", "we",   "you",  "who",  "and",   "but",
    "so",      "then",      "now",      "the",    "a",    "an",   "this", "that", "what", "which", "somebody",
    "someone", "everybody", "everyone", "nobody", "one",  "my",   "your", "his",  "her",  "their", "our",
    "dm",      "gm",        "book",     "rule",   "oh",   "well", "okay", "yeah", "no",   "ik",    "hij",
    "zij",     "ze",        "het",      "je",     "jij",  "gij",  "ge",   "wij",  "we",   "u",     "dat",
    "die",     "dit",       "en",       "maar",   "dus",  "dan",  "nu",   "de",   "een",  "wie",   "wat",
    "iemand",  "iedereen",  "niemand",  "men",    "mijn", "jouw", "zijn", "haar", "hun",  "ons",   "onze",
    "uw",      "ja",        "nee",      "oké"};

template <std::size_t N>
bool among(const std::array<const char*, N>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [&](const char* w) { return word == w; });
}

std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words;
  for (Token& token : tokens(name))
    if (!words.empty() || !among(kBeforeNames, token.lower)) words.push_back(std::move(token.lower));
  if (words.empty())
    for (Token& token : tokens(name)) words.push_back(std::move(token.lower));
  return words;
}

// How many words from `at` on spell the name: the whole name, or its first word; 0: neither.
std::size_t spelt(const std::vector<std::string>& name, std::span<const Token> text, std::size_t at) {
  if (name.empty() || text[at].lower != name.front() || text[at].first != Case::Upper) return 0;
  std::size_t same = 1;
  while (same < name.size() && at + same < text.size() && text[at + same].lower == name[same]) ++same;
  return same == name.size() ? same : 1;
}

bool same_name(std::string_view a, std::string_view b) {
  return !a.empty() && name_words(a) == name_words(b);
}

}  // namespace

Company::Company(const std::optional<Party>& party, std::span<const SpeakerRole> roles) {
  if (!party) return;
  for (const std::string& person : party->people()) people_.push_back(name_words(person));
  for (const Character& c : party->characters) {
    const std::size_t index = characters_.size();
    characters_.push_back(c.name);
    names_.push_back({name_words(c.name), index});
    for (const std::string& alias : c.aliases) names_.push_back({name_words(alias), index});
    for (const SpeakerRole& role : roles)
      if (same_name(role.name, c.player) || same_name(role.character, c.name))
        own_[role.speaker_id].push_back(index);
  }
  // A character's speaker is first of all the one that the role names.
  for (const SpeakerRole& role : roles) {
    auto& own = own_[role.speaker_id];
    std::stable_partition(own.begin(), own.end(),
                          [&](std::size_t c) { return characters_[c] == role.character; });
  }
}

bool Company::plays(std::string_view speaker, std::size_t character) const {
  const auto own = own_.find(speaker);
  return own != own_.end() &&
         std::find(own->second.begin(), own->second.end(), character) != own->second.end();
}

std::vector<Company::Found> Company::find_characters(std::span<const Token> text) const {
  std::vector<Found> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    Found best{0, at, 0};
    for (const Name& name : names_)
      if (const std::size_t length = spelt(name.words, text, at); length > best.length)
        best = {name.character, at, length};
    if (best.length == 0) continue;
    found.push_back(best);
    at += best.length - 1;
  }
  return found;
}

Mentions Company::mentions(std::span<const Token> text, std::string_view speaker) const {
  Mentions m;
  for (const Found& f : find_characters(text))
    ++(plays(speaker, f.character) ? m.own_characters : m.other_characters);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto is_here = [&](const auto& name) { return spelt(name, text, at) > 0; };
    const auto is_character = [&](const Name& name) { return spelt(name.words, text, at) > 0; };
    if (std::any_of(people_.begin(), people_.end(), is_here) &&
        std::none_of(names_.begin(), names_.end(), is_character))
      ++m.people;
  }
  return m;
}

std::string Company::character(std::span<const Token> text, std::string_view speaker) const {
  const auto found = find_characters(text);
  for (const Found& f : found) {
    const std::size_t after = f.at + f.length;
    const bool speaks = (after < text.size() && among(kSpeechVerbs, text[after].lower)) ||
                        (f.at > 0 && among(kSpeechVerbs, text[f.at - 1].lower));
    if (speaks) return characters_[f.character];
  }
  const auto own = own_.find(speaker);
  if (own == own_.end() || own->second.empty()) return {};
  for (const Found& f : found)
    if (plays(speaker, f.character)) return characters_[f.character];
  return characters_[own->second.front()];
}

std::string Company::announced(std::span<const Token> text) const {
  for (const Found& f : find_characters(text))
    if (const std::size_t after = f.at + f.length;
        after < text.size() && among(kSpeechVerbs, text[after].lower))
      return characters_[f.character];
  for (std::size_t verb = 1; verb < text.size(); ++verb) {
    if (!among(kSpeechVerbs, text[verb].lower)) continue;
    std::size_t first = verb;
    while (first > 0 && text[first - 1].first == Case::Upper && !among(kNoNames, text[first - 1].lower))
      --first;
    std::string name;
    for (std::size_t i = first; i < verb; ++i) name += (name.empty() ? "" : " ") + text[i].text;
    if (!name.empty()) return name;
  }
  return {};
}

}  // namespace skald::classify
