#include "engines/e5/dialogue_windows.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace skald::e5 {
namespace {

constexpr std::size_t kLetters = 26;              // speakers of a window from the 26th on share the last tag
constexpr std::size_t kLongestSegment = 1 << 13;  // bytes; kTextTokens never need more of speech

std::array<float, kNames> kinds(const classify::Mentions& m) {
  const auto some = [](int count) { return count > 0 ? 1.0F : 0.0F; };
  return {some(m.people), some(m.own_characters), some(m.other_characters)};
}

}  // namespace

WindowMaker::WindowMaker(const Vocabulary& vocabulary, const Tokenizer& tokenizer,
                         std::span<const classify::Utterance> talk)
    : vocabulary_(vocabulary), leader_(tokenizer.ids("DM:")), tag_(leader_.size()) {
  for (std::size_t i = 0; i < kLetters; ++i) {
    letters_.push_back(tokenizer.ids(std::string{static_cast<char>('A' + i), ':'}));
    tag_ = std::max(tag_, letters_.back().size());
  }
  for (const classify::Utterance& said : talk) {
    texts_.push_back(tokenizer.ids(front_of(said.text, kLongestSegment)));
    if (texts_.back().size() > kTextTokens) texts_.back().resize(kTextTokens);
  }
}

std::vector<DialogueWindow> WindowMaker::windows(const Dialogue& dialogue) const {
  const auto& talk = dialogue.talk;
  std::vector<DialogueWindow> made;
  std::size_t first = 0, used = 1;
  for (std::size_t i = 0; i < talk.size(); ++i) {
    const std::size_t size = tag_ + texts_[i].size() + 1;
    if (i > first && (talk[i].scene != talk[i - 1].scene || used + size > kDialogueTokens)) {
      made.push_back(window(dialogue, first, i));
      first = i;
      used = 1;
    }
    used += size;
  }
  if (first < talk.size()) made.push_back(window(dialogue, first, talk.size()));
  return made;
}

DialogueWindow WindowMaker::window(const Dialogue& dialogue, std::size_t first, std::size_t last) const {
  DialogueWindow w{first, {vocabulary_.begin}, {}, {}};
  std::map<std::string_view, std::size_t> letters;
  for (std::size_t i = first; i < last; ++i) {
    const SegmentPlace start{w.ids.size(), 0};
    const bool leads = dialogue.roles[i] == Role::DM;
    const std::size_t letter =
        leads ? 0 : letters.emplace(dialogue.talk[i].speaker, letters.size()).first->second;
    const auto& tag = leads ? leader_ : letters_[std::min(letter, kLetters - 1)];
    w.ids.insert(w.ids.end(), tag.begin(), tag.end());
    w.ids.insert(w.ids.end(), texts_[i].begin(), texts_[i].end());
    w.places.push_back({start.first, w.ids.size()});
    w.ids.push_back(vocabulary_.end);
    w.names.push_back(kinds(dialogue.mentions[i]));
  }
  return w;
}

}  // namespace skald::e5
