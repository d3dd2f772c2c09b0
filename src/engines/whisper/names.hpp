// Names that the model does not know: where a text may hide one, and how a text that was written with the
// names in mind mends a text that was written without.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/types.hpp"

namespace skald::whisper {

/// How alike two stretches of letters sound, from 0 to 1: edit distance in which vowels, and consonants made
/// at the same place, stand for each other cheaply. Spaces and signs do not count.
double sounds_alike(std::string_view a, std::string_view b);

class NameList {
 public:
  /// `hotwords`: separated by commas or new lines. `ordinary` says which words the model knows anyway; these,
  /// and words below four letters, are left to it.
  NameList(std::string_view hotwords, const std::function<bool(std::string_view)>& ordinary);

  bool empty() const { return names_.empty(); }
  /// True where one to four neighbouring words sound like a name, the more so the surer the model was of
  /// them, and are not written as it.
  bool may_be_meant(std::span<const Word> words) const;
  /// `plain` with those stretches replaced in which `prompted`, the same speech written with the names in
  /// mind, has a name that sounds like what stood there. Both are in order of time, and so is the result.
  std::vector<Word> mended(std::span<const Word> plain, std::span<const Word> prompted) const;

 private:
  bool is_name(std::string_view word) const;
  std::vector<std::string> names_;  // words of names, letters only, lower case
};

}  // namespace skald::whisper
