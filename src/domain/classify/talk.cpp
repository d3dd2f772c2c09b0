#include "domain/classify/talk.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "domain/unicode.hpp"

namespace skald::classify {
namespace {

enum Entry : std::size_t {
  kRole,
  kRoleBefore,
  kRoleAfter,
  kPeople,
  kOwnCharacters,
  kOtherCharacters,
  kLength,
  kQuestion,
  kExclamation,
  kDigit,
  kGoesOn,
  kIsContinued
};
static_assert(kIsContinued + 1 == kSurface);

bool is_apostrophe(char32_t c) {
  return c == U'\'' || c == U'\u2019';
}

float sign(Role role) {
  return role == Role::DM ? 1.0F : role == Role::Player ? -1.0F : 0.0F;
}

// Neighbours count where they belong to the same scene.
bool neighbours(std::span<const Utterance> talk, std::size_t a, std::size_t b) {
  return a < talk.size() && b < talk.size() && talk[a].scene == talk[b].scene;
}

}  // namespace

std::vector<Token> tokens(std::string_view text) {
  const std::u32string points = decode_utf8(text);
  std::vector<Token> found;
  for (std::size_t i = 0; i < points.size();) {
    if (!is_word_character(points[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    const auto inside = [&](std::size_t at) {
      return is_word_character(points[at]) ||
             (is_apostrophe(points[at]) && at + 1 < points.size() && is_word_character(points[at + 1]));
    };
    while (end < points.size() && inside(end)) ++end;
    std::u32string word = points.substr(i, end - i);
    std::replace(word.begin(), word.end(), U'\u2019', U'\'');
    std::string spelt = encode_utf8(word);
    std::string lower = to_nfkc_lower(spelt);
    found.push_back({std::move(spelt), std::move(lower), is_upper(points[i]) ? Case::Upper : Case::Lower});
    i = end;
  }
  return found;
}

Surface surface(std::span<const Utterance> talk, std::size_t i, std::span<const Role> roles,
                const Mentions& mentions, Context context) {
  constexpr float half = 0.5F;  // keeps these few entries from outweighing a whole embedding
  const std::string& text = talk[i].text;
  const auto some = [](int count) { return count > 0 ? 1.0F : 0.0F; };
  const auto has = [&](std::string_view marks) {
    return text.find_first_of(marks) != std::string::npos ? half : 0.0F;
  };
  Surface s{};
  s[kRole] = half * sign(roles[i]);
  s[kPeople] = some(mentions.people);
  s[kOwnCharacters] = some(mentions.own_characters);
  s[kOtherCharacters] = some(mentions.other_characters);
  const auto spaces = std::count(text.begin(), text.end(), ' ');
  s[kLength] = half * half * std::log1p(static_cast<float>(std::min<std::ptrdiff_t>(spaces, 200) + 1));
  s[kQuestion] = has("?");
  s[kExclamation] = has("!");
  s[kDigit] = has("0123456789");
  if (context == Context::None) return s;
  if (i > 0 && neighbours(talk, i - 1, i)) {
    s[kRoleBefore] = half * sign(roles[i - 1]);
    s[kGoesOn] = talk[i - 1].speaker == talk[i].speaker ? half : 0.0F;
  }
  if (neighbours(talk, i, i + 1)) {
    s[kRoleAfter] = half * sign(roles[i + 1]);
    s[kIsContinued] = talk[i + 1].speaker == talk[i].speaker ? half : 0.0F;
  }
  return s;
}

bool tells_role(std::size_t entry) {
  return entry == kRole || entry == kRoleBefore || entry == kRoleAfter || entry == kPeople ||
         entry == kOwnCharacters || entry == kOtherCharacters;
}

}  // namespace skald::classify
