#include "engines/llm/answer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "formats/fields.hpp"

namespace skald::llm {
namespace {

constexpr std::size_t kMaxText = 1U << 20;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// Lower-case words with one space between them; marks count as spaces.
std::string plain_words(std::string_view text) {
  std::string words;
  for (const char c : ascii_lower(text)) {
    if (is_letter(c) || is_digit(c)) {
      words += c;
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  while (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

struct LabelWord {
  std::string_view words;
  Classification classification;
};
constexpr std::array<LabelWord, 25> kLabelWords = {{{"in character", Classification::IC},
                                                    {"incharacter", Classification::IC},
                                                    {"in karakter", Classification::IC},
                                                    {"in personage", Classification::IC},
                                                    {"in het verhaal", Classification::IC},
                                                    {"verhaal", Classification::IC},
                                                    {"in game", Classification::IC},
                                                    {"ic", Classification::IC},
                                                    {"out of character", Classification::OOC},
                                                    {"outofcharacter", Classification::OOC},
                                                    {"out of game", Classification::OOC},
                                                    {"uit karakter", Classification::OOC},
                                                    {"uit personage", Classification::OOC},
                                                    {"buiten karakter", Classification::OOC},
                                                    {"buiten personage", Classification::OOC},
                                                    {"buiten het verhaal", Classification::OOC},
                                                    {"table talk", Classification::OOC},
                                                    {"tafelpraat", Classification::OOC},
                                                    {"ooc other", Classification::OOC},
                                                    {"ooc", Classification::OOC},
                                                    {"mixed", Classification::MIXED},
                                                    {"gemengd", Classification::MIXED},
                                                    {"gemixt", Classification::MIXED},
                                                    {"beide", Classification::MIXED},
                                                    {"both", Classification::MIXED}}};

struct VoiceWord {
  std::string_view words;
  Voice voice;
};
constexpr std::array<VoiceWord, 16> kVoiceWords = {{{"character", Voice::CHARACTER},
                                                    {"player", Voice::CHARACTER},
                                                    {"karakter", Voice::CHARACTER},
                                                    {"personage", Voice::CHARACTER},
                                                    {"speler", Voice::CHARACTER},
                                                    {"dm narration", Voice::DM_NARRATION},
                                                    {"narration", Voice::DM_NARRATION},
                                                    {"narrator", Voice::DM_NARRATION},
                                                    {"vertelling", Voice::DM_NARRATION},
                                                    {"verteller", Voice::DM_NARRATION},
                                                    {"npc dialogue", Voice::NPC_DIALOGUE},
                                                    {"npc dialoog", Voice::NPC_DIALOGUE},
                                                    {"npc", Voice::NPC_DIALOGUE},
                                                    {"ooc other", Voice::OOC_OTHER},
                                                    {"ooc", Voice::OOC_OTHER},
                                                    {"other", Voice::OOC_OTHER}}};

std::optional<Voice> voice_of(std::string_view words) {
  for (const VoiceWord& row : kVoiceWords)
    if (row.words == words) return row.voice;
  return std::nullopt;
}

std::optional<int> id_from(std::string_view text) {
  text = trim(text);
  for (const std::string_view lead : {"id", "ID", "#", "segment", "["})
    if (text.starts_with(lead)) text = trim(text.substr(lead.size()));
  while (!text.empty() && (text.back() == ']' || text.back() == '.' || text.back() == ':'))
    text.remove_suffix(1);
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  return std::stoi(std::string(text));
}

std::optional<int> id_of(const Json& value) {
  if (value.is_string()) return id_from(value.get_ref<const std::string&>());
  const auto number = number_in(value);
  if (!number || *number < 0 || *number > 1e8 || *number != std::floor(*number)) return std::nullopt;
  return static_cast<int>(*number);
}

// Takes verdicts in, and keeps to the ids that were asked for.
class Collector {
 public:
  explicit Collector(std::span<const int> asked) : asked_(asked.begin(), asked.end()) {}

  void take(int id, const std::optional<Verdict>& verdict) {
    if (!asked_.contains(id)) {
      ++answer_.strange_ids;
      return;
    }
    if (!verdict) {
      ++answer_.unknown_labels;
      return;
    }
    const auto [found, fresh] = answer_.verdicts.try_emplace(id, *verdict);
    if (!fresh && !(found->second == *verdict)) conflicting_.insert(id);
  }

  Answer finish() {
    for (const int id : conflicting_) answer_.verdicts.erase(id);
    answer_.conflicts = conflicting_.size();
    return std::move(answer_);
  }
  bool any() const { return !answer_.verdicts.empty() || answer_.unknown_labels + answer_.strange_ids > 0; }

 private:
  std::set<int> asked_;
  std::set<int> conflicting_;
  Answer answer_;
};

std::string first_text(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const std::string text = text_at(object, key); !text.empty()) return text;
  return {};
}

std::optional<Verdict> verdict_in(const Json& value) {
  if (value.is_string()) return verdict_from(value.get_ref<const std::string&>());
  if (value.is_array() && !value.empty() && value.size() <= 4 && value[0].is_string())
    return verdict_from(value[0].get_ref<const std::string&>());
  if (!value.is_object()) return std::nullopt;
  auto verdict =
      verdict_from(first_text(value, {"label", "classification", "class", "category", "classificatie"}));
  if (!verdict) return std::nullopt;
  const std::string voice = first_text(value, {"voice", "classification_type", "type", "stem"});
  if (const auto known = voice_of(plain_words(voice)); known && !verdict->voice) verdict->voice = known;
  return verdict;
}

void collect(const Json& json, Collector& into) {
  if (json.is_array()) {
    for (const Json& item : json) {
      if (item.is_object() && item.contains("id")) {
        if (const auto id = id_of(item.at("id"))) into.take(*id, verdict_in(item));
      } else if (item.is_array() && item.size() >= 2) {
        if (const auto id = id_of(item[0])) into.take(*id, verdict_in(item[1]));
      } else if (item.is_object()) {
        collect(item, into);
      }
    }
    return;
  }
  if (!json.is_object()) return;
  if (json.contains("id") && json.contains("label")) {
    if (const auto id = id_of(json.at("id"))) into.take(*id, verdict_in(json));
    return;
  }
  for (const auto& [key, value] : json.items()) {
    if (const auto id = id_from(key)) {
      into.take(*id, verdict_in(value));
    } else if (value.is_structured()) {
      collect(value, into);
    }
  }
}

// The end of the JSON value that starts at `from`, by brackets outside strings; nothing where it is cut off.
std::optional<std::size_t> value_end(std::string_view text, std::size_t from) {
  std::size_t depth = 0;
  bool inside = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        inside = false;
    } else if (c == '"') {
      inside = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::nullopt;
}

// Reads each whole JSON value of the text.
void collect_json(std::string_view text, Collector& into) {
  int tried = 0;
  for (std::size_t at = text.find_first_of("{["); at != std::string_view::npos && tried < 64; ++tried) {
    const auto end = value_end(text, at);
    if (end) {
      if (const auto json = parse_outside_json(text.substr(at, *end - at), "answer")) {
        collect(*json, into);
        at = text.find_first_of("{[", *end);
        continue;
      }
    }
    at = text.find_first_of("{[", at + 1);
  }
}

// Pairs of `id: label`, also inside JSON that was cut off or is not quite JSON.
void collect_pairs(std::string_view text, Collector& into) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i]) || (i > 0 && (is_digit(text[i - 1]) || is_letter(text[i - 1]) ||
                                         text[i - 1] == '.' || text[i - 1] == ',')))
      continue;
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    const auto id = id_from(text.substr(i, end - i));
    std::size_t at = end;
    bool mark = false;
    while (at < text.size() &&
           (is_space(text[at]) || std::string_view("\"']).:=-*").find(text[at]) != std::string_view::npos) &&
           text[at] != '\n') {
      mark = mark || !is_space(text[at]);
      ++at;
    }
    std::size_t stop = at;
    while (stop < text.size() &&
           (is_letter(text[stop]) || text[stop] == '_' || text[stop] == '-' || text[stop] == ' '))
      ++stop;
    if (id && mark && stop > at) {
      if (auto verdict = verdict_from(text.substr(at, stop - at))) into.take(*id, verdict);
    }
    i = end - 1;
  }
}

// What a model thinks aloud is no answer.
std::string_view without_thoughts(std::string_view text) {
  constexpr std::string_view kEnd = "</think>";
  const auto end = text.rfind(kEnd);
  return end == std::string_view::npos ? text : text.substr(end + kEnd.size());
}

// Where the label of each id stands in the text: the first quoted or bare label word after the quoted id.
void find_places(std::string_view text, std::size_t offset, Answer& answer) {
  for (auto& [id, verdict] : answer.verdicts) {
    const std::string number = std::to_string(id);
    verdict.at = std::string_view::npos;
    for (std::size_t at = text.find(number); at != std::string_view::npos; at = text.find(number, at + 1)) {
      const std::size_t end = at + number.size();
      if ((at > 0 && is_digit(text[at - 1])) || (end < text.size() && is_digit(text[end]))) continue;
      std::size_t label = end;
      // Over the marks between id and label, and over the key of a label.
      const auto skip = [&] {
        while (label < text.size() && !is_letter(text[label]) && !is_digit(text[label])) ++label;
      };
      skip();
      for (const std::string_view key : {"label", "classification"})
        if (text.substr(label, key.size()) == key) {
          label += key.size();
          skip();
        }
      std::size_t stop = label;
      while (stop < text.size() &&
             (is_letter(text[stop]) || text[stop] == '_' || text[stop] == '-' || text[stop] == ' '))
        ++stop;
      const auto read = verdict_from(text.substr(label, stop - label));
      if (!read || read->classification != verdict.classification) continue;
      verdict.at = offset + label;
      break;
    }
  }
}

}  // namespace

std::optional<Verdict> verdict_from(std::string_view text) {
  const std::string words = plain_words(text.substr(0, 64));
  if (words.empty()) return std::nullopt;
  for (const LabelWord& row : kLabelWords) {
    if (words == row.words) return Verdict{row.classification, std::nullopt, 0};
    if (!words.starts_with(row.words) || words[row.words.size()] != ' ') continue;
    const auto voice = voice_of(std::string_view(words).substr(row.words.size() + 1));
    if (!voice) continue;
    const bool talk = row.classification == Classification::OOC;
    if (talk != (*voice == Voice::OOC_OTHER)) return std::nullopt;  // says two things at once
    return Verdict{row.classification, talk ? std::nullopt : voice, 0};
  }
  return std::nullopt;
}

Answer parse_answer(std::string_view text, std::span<const int> asked) {
  text = text.substr(0, kMaxText);
  const std::string_view said = without_thoughts(text);
  Collector collector(asked);
  collect_json(said, collector);
  if (!collector.any()) collect_pairs(said, collector);
  Answer answer = collector.finish();
  find_places(said, text.size() - said.size(), answer);
  return answer;
}

}  // namespace skald::llm
