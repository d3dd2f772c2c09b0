#include "service/session/track_names.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace skald {
namespace {

bool separates(char c) {
  return c == ' ' || c == '-' || c == '_' || c == '.';
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (!separates(c))
      parts.back() += c;
    else if (!parts.back().empty())
      parts.emplace_back();
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

bool is_number(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The person whose name, word by word, stands in the file's name.
std::string person_in(const std::string& stem, const std::vector<std::string>& people) {
  const std::vector<std::string> in_file = words(ascii_lower(stem));
  for (const std::string& person : people) {
    const std::vector<std::string> name = words(ascii_lower(person));
    if (!name.empty() &&
        std::search(in_file.begin(), in_file.end(), name.begin(), name.end()) != in_file.end())
      return person;
  }
  return {};
}

// Words that every file has at its beginning say nothing about who speaks.
std::size_t shared_words(const std::vector<std::vector<std::string>>& files) {
  for (std::size_t n = 0;; ++n)
    for (const auto& file : files)
      if (n + 1 >= file.size() || file[n] != files.front()[n]) return n;
}

}  // namespace

std::vector<std::string> track_names(const std::vector<std::string>& file_stems,
                                     const std::optional<Party>& party) {
  const std::vector<std::string> people = party ? party->people() : std::vector<std::string>();
  std::vector<std::vector<std::string>> files;
  files.reserve(file_stems.size());
  for (const std::string& stem : file_stems) files.push_back(words(stem));
  const std::size_t shared = shared_words(files);
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::string name = person_in(file_stems[i], people);
    if (name.empty()) {
      std::size_t first = shared;
      while (first + 1 < files[i].size() && is_number(files[i][first])) ++first;
      for (std::size_t w = first; w < files[i].size(); ++w) name += (name.empty() ? "" : " ") + files[i][w];
    }
    if (name.empty() || !taken.insert(name).second) name = file_stems[i];
    taken.insert(name);
    names.push_back(name);
  }
  return names;
}

}  // namespace skald
