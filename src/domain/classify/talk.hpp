// What is said at the table, as the classifier sees it: utterances in order, and what can be read off each of
// them without a model.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"

namespace skald::classify {

/// A segment's text and who said it.
struct Utterance {
  std::string text;
  std::string speaker;
  Role role = Role::Unknown;  // where the input itself says so
  int scene = 0;              // nothing is carried over from one scene to the next
};

enum class Case { Lower, Upper };

/// A word of a text: as it stands, in lower case, and the case of its first letter.
struct Token {
  std::string text;
  std::string lower;
  Case first = Case::Lower;
};

/// Words in order; an apostrophe inside a word belongs to it. Sentence marks, brackets and the like are left
/// out.
std::vector<Token> tokens(std::string_view text);

/// Names found in a text.
struct Mentions {
  int people = 0;            // players and the DM, by their own names
  int own_characters = 0;    // of whoever speaks
  int other_characters = 0;  // of the other players
};

inline constexpr std::size_t kSurface = 12;
using Surface = std::array<float, kSurface>;

/// How much of what surrounds an utterance is looked at.
enum class Context { None, Around };

/// Role of the speaker and of those before and after (DM 1, player -1, unknown 0), length, marks, digits,
/// whether the speaker goes on, and mentions; each roughly between -1 and 1. `roles` and `mentions` are as
/// long as `talk`.
Surface surface(std::span<const Utterance> talk, std::size_t i, std::span<const Role> roles,
                const Mentions& mentions, Context context);

/// Which entries of a Surface tell who speaks: hidden from the part of the head that guesses it.
bool tells_role(std::size_t entry);

}  // namespace skald::classify
