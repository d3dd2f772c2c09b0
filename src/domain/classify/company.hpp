// Who sits at the table and whom they play, looked up by what a text says.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/classify/talk.hpp"
#include "domain/types.hpp"

namespace skald::classify {

class Company {
 public:
  /// Names of `party`; who plays whom comes from `roles` (their names and characters).
  Company(const std::optional<Party>& party, std::span<const SpeakerRole> roles);

  Mentions mentions(std::span<const Token> text, std::string_view speaker) const;
  /// The character of the party that a text of this speaker in a character's voice belongs to: the one whose
  /// speech it announces ("Korrel says ..."), else the own one that it names, else the speaker's; empty where
  /// that is unknown.
  std::string character(std::span<const Token> text, std::string_view speaker) const;
  /// Whose speech a text in another's voice announces ("Captain Varga says ..."); empty where it names
  /// nobody.
  std::string announced(std::span<const Token> text) const;

 private:
  struct Name {
    std::vector<std::string> words;  // lower case, without article or title in front
    std::size_t character;           // index into characters_
  };
  // A character's name in a text: words [at, at + length).
  struct Found {
    std::size_t character, at, length;
  };
  std::vector<Found> find_characters(std::span<const Token> text) const;
  bool plays(std::string_view speaker, std::size_t character) const;

  std::vector<std::string> characters_;
  std::vector<Name> names_;  // of characters, aliases too
  std::vector<std::vector<std::string>> people_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> own_;  // by speaker
};

}  // namespace skald::classify
