// The names of a party that a recogniser should know.
#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "domain/unicode.hpp"
#include "formats/party.hpp"

namespace skald {
namespace {

std::string folded(std::string_view text) {
  return to_nfkc_lower(text);
}

// Names in order, each once; one that stands whole inside an earlier one is not repeated.
class Names {
 public:
  void add(std::string_view name) {
    std::string clean;
    for (const char c : trim(name)) clean += c == ',' || c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
    if (clean.empty()) return;
    const std::string padded = ' ' + folded(clean) + ' ';
    for (const std::string& known : padded_)
      if (known.find(padded) != std::string::npos) return;
    padded_.push_back(padded);
    joined_ += (joined_.empty() ? "" : ", ") + clean;
  }
  std::string take() { return std::move(joined_); }

 private:
  std::vector<std::string> padded_;
  std::string joined_;
};

struct Token {
  std::string text;
  bool capital = false;
  bool opens_sentence = false;  // the first of a sentence: its capital says nothing
  bool ends_phrase = false;     // a punctuation mark follows
};

std::vector<Token> name_tokens(std::string_view text) {
  std::vector<Token> tokens;
  std::u32string word;
  bool opens = true;
  const auto finish = [&](char32_t next) {
    while (!word.empty() && (word.back() == U'\'' || word.back() == U'-' || word.back() == U'\u2019'))
      word.pop_back();
    if (!word.empty()) {
      tokens.push_back({encode_utf8(word), is_upper(word.front()), opens, !is_space(next)});
      word.clear();
      opens = false;
    }
    if (next == U'.' || next == U'!' || next == U'?' || next == U':' || next == U'\n' || next == U'"')
      opens = true;
    if (!is_space(next) && !tokens.empty()) tokens.back().ends_phrase = true;
  };
  for (const char32_t point : decode_utf8(text)) {
    const bool inside = !word.empty() && (point == U'\'' || point == U'-' || point == U'\u2019');
    if (is_word_character(point) || inside)
      word += point;
    else
      finish(point);
  }
  finish(U'.');
  return tokens;
}

constexpr std::array<std::string_view, 7> joiners = {"of", "the", "van", "de", "den", "der", "het"};

// Words with a capital in the middle of a sentence that name nothing of the story.
bool is_common(std::string_view word) {
  static const std::set<std::string, std::less<>> common = {
      "i",         "i'm",      "i'll",   "i've",     "i'd",     "monday",   "tuesday",
      "wednesday", "thursday", "friday", "saturday", "sunday",  "january",  "april",
      "february",  "march",    "may",    "june",     "july",    "august",   "october",
      "english",   "dutch",    "season", "november", "session", "december", "september"};
  if (common.contains(folded(word))) return true;
  const std::u32string points = decode_utf8(word);  // DM, NPC, HP
  return points.size() <= 3 && std::all_of(points.begin(), points.end(), is_upper);
}

// Runs of capitalised words that do not merely open a sentence: "the Sunken Keep of Ilth".
void add_mentioned(std::string_view text, const std::set<std::string>& excluded, Names& names) {
  const std::vector<Token> tokens = name_tokens(text);
  const auto usable = [&](const Token& t) {
    return t.capital && !t.opens_sentence && !is_common(t.text) && !excluded.contains(folded(t.text));
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!usable(tokens[i])) continue;
    std::string name = tokens[i].text;
    while (i + 1 < tokens.size() && !tokens[i].ends_phrase) {
      std::size_t next = i + 1;
      std::string between = " ";
      while (next < tokens.size() && next - i <= 2 && !tokens[next].ends_phrase &&
             std::find(joiners.begin(), joiners.end(), tokens[next].text) != joiners.end())
        between += tokens[next++].text + ' ';
      if (next >= tokens.size() || !usable(tokens[next])) break;
      name += between + tokens[next].text;
      i = next;
    }
    names.add(name);
  }
}

}  // namespace

std::string hotwords(const Party& party) {
  Names names;
  std::set<std::string> excluded;  // races and classes are words of the rules, which recognisers know
  for (const Character& c : party.characters)
    for (const std::string& text : {c.race, c.class_name})
      for (const Token& token : name_tokens(text)) excluded.insert(folded(token.text));
  for (const Character& c : party.characters) names.add(c.name);
  for (const Character& c : party.characters)
    for (const std::string& alias : c.aliases) names.add(alias);
  for (const std::string& person : party.people()) names.add(person);
  names.add(party.campaign);
  add_mentioned(party.notes, excluded, names);
  for (const Character& c : party.characters) add_mentioned(c.description, excluded, names);
  return names.take();
}

}  // namespace skald
