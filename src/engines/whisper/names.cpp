#include "engines/whisper/names.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.hpp"

namespace skald::whisper {
namespace {

constexpr std::size_t kShortest = 4;   // letters of a name
constexpr std::size_t kMostWords = 4;  // that one name may have become
constexpr std::size_t kLong = 6;       // letters: shorter names are alike to more words
// Likeness that is reason enough to listen once more with the names in mind; more where the model was sure.
constexpr double kNear = 0.55, kNearShort = 0.7, kDoubt = 0.4, kSureness = 0.6;
constexpr double kMeant = 0.4;              // where the model itself then writes the name
constexpr double kVowel = 0.3, kKin = 0.4;  // prices of one letter for another; 1 where nothing is alike

std::string letters(std::string_view text) {
  std::string out;
  for (const char32_t c : decode_utf8(text)) {
    if (c < 0x80) {
      if (std::isalpha(static_cast<int>(c)) != 0) out += static_cast<char>(std::tolower(static_cast<int>(c)));
    } else if (c > 0xBF) {
      out += encode_utf8(std::u32string(1, c));
    }
  }
  if (out.size() > 2 && text.ends_with("'s")) out.pop_back();
  return out;
}

bool vowel(char c) {
  return std::string_view("aeiouyw").find(c) != std::string_view::npos;
}

// The place where a consonant is made.
int place(char c) {
  constexpr std::string_view places[] = {"bpvfmw", "dtnszxcj", "gkqcx", "lr", "szcxj", "mn", "h"};
  for (std::size_t i = 0; i < std::size(places); ++i)
    if (places[i].find(c) != std::string_view::npos) return static_cast<int>(i);
  return -1;
}

double change(char a, char b) {
  if (a == b) return 0;
  if (vowel(a) && vowel(b)) return kVowel;
  if (vowel(a) || vowel(b)) return 1;
  const std::string_view sounds[] = {"ckqx", "szcx", "mn", "lr"};
  for (const std::string_view group : sounds)
    if (group.find(a) != std::string_view::npos && group.find(b) != std::string_view::npos) return kKin / 2;
  return place(a) >= 0 && place(a) == place(b) ? kKin : 1;
}

double weight(char c) {
  return vowel(c) || c == 'h' ? 0.5 : 1;
}

double total(std::string_view text) {
  double sum = 0;
  for (const char c : text) sum += weight(c);
  return sum;
}

double alike(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  std::vector<double> row(b.size() + 1);
  for (std::size_t j = 1; j <= b.size(); ++j) row[j] = row[j - 1] + weight(b[j - 1]);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    double corner = row[0];
    row[0] += weight(a[i - 1]);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const double above = row[j];
      row[j] = std::min(
          {above + weight(a[i - 1]), row[j - 1] + weight(b[j - 1]), corner + change(a[i - 1], b[j - 1])});
      corner = above;
    }
  }
  return std::max(0.0, 1 - row.back() / std::max(total(a), total(b)));
}

// Which words stand for which: pairs [a, b) of both texts that are equal, by the longest common sequence.
struct Match {
  std::size_t a, b;
};

std::vector<Match> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const std::size_t width = b.size() + 1;
  std::vector<int> longest((a.size() + 1) * width);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      longest[i * width + j] = a[i] == b[j]
                                   ? longest[(i + 1) * width + j + 1] + 1
                                   : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  std::vector<Match> out;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j])
      out.push_back({i++, j++});
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1])
      ++i;
    else
      ++j;
  }
  out.push_back({a.size(), b.size()});
  return out;
}

std::vector<std::string> all_letters(std::span<const Word> words) {
  std::vector<std::string> out;
  for (const Word& w : words) out.push_back(letters(w.text));
  return out;
}

std::string joined(const std::vector<std::string>& words, std::size_t first, std::size_t last) {
  std::string out;
  for (std::size_t i = first; i < last; ++i) out += words[i];
  return out;
}

}  // namespace

double sounds_alike(std::string_view a, std::string_view b) {
  return alike(letters(a), letters(b));
}

NameList::NameList(std::string_view hotwords, const std::function<bool(std::string_view)>& ordinary) {
  std::string list(hotwords);
  std::ranges::replace(list, '\n', ' ');
  std::ranges::replace(list, ',', ' ');
  std::set<std::string> seen;
  for (const std::string& word : split(list, ' ')) {
    std::string name = letters(word);
    if (name.size() >= kShortest && !ordinary(word) && seen.insert(name).second)
      names_.push_back(std::move(name));
  }
}

bool NameList::is_name(std::string_view word) const {
  return std::ranges::find(names_, word) != names_.end();
}

bool NameList::may_be_meant(std::span<const Word> words) const {
  const std::vector<std::string> heard = all_letters(words);
  for (std::size_t i = 0; i < heard.size(); ++i) {
    std::string run;
    double sure = 1;
    for (std::size_t j = i; j < std::min(heard.size(), i + kMostWords) && !is_name(heard[j]); ++j) {
      run += heard[j];
      sure = std::min(sure, words[j].probability);
      const double more = kSureness * std::max(0.0, sure - kDoubt);
      for (const std::string& name : names_)
        if (run.size() <= 2 * name.size() && 2 * run.size() >= name.size() &&
            alike(run, name) >= (name.size() < kLong ? kNearShort : kNear) + more)
          return true;
    }
  }
  return false;
}

std::vector<Word> NameList::mended(std::span<const Word> plain, std::span<const Word> prompted) const {
  const std::vector<std::string> a = all_letters(plain), b = all_letters(prompted);
  std::vector<Word> out;
  std::size_t i = 0, j = 0;
  for (const Match& m : common(a, b)) {
    // Between two words that both texts share, the texts differ.
    const bool named =
        std::any_of(b.begin() + static_cast<std::ptrdiff_t>(j), b.begin() + static_cast<std::ptrdiff_t>(m.b),
                    [&](const std::string& w) { return is_name(w); });
    const bool take = named && m.a > i && alike(joined(a, i, m.a), joined(b, j, m.b)) >= kMeant;
    const auto from = take ? prompted.subspan(j, m.b - j) : plain.subspan(i, m.a - i);
    out.insert(out.end(), from.begin(), from.end());
    if (m.a < plain.size()) out.push_back(plain[m.a]);
    i = m.a + 1;
    j = m.b + 1;
  }
  double from = 0;
  for (Word& w : out) {  // times come from two texts
    w.span.start.value = std::max(w.span.start.value, from);
    w.span.end.value = std::max(w.span.end.value, w.span.start.value);
    from = w.span.start.value;
  }
  return out;
}

}  // namespace skald::whisper
