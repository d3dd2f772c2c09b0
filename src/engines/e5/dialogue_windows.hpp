// Dialogue windows: the tokens of several segments in a row, with a tag for each speaker.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "domain/classify/talk.hpp"
#include "engines/e5/dialogue_file.hpp"
#include "engines/e5/tokenizer.hpp"

namespace skald::e5 {

inline constexpr std::size_t kDialogueTokens = 192;  // of a window
inline constexpr std::size_t kTextTokens = 150;      // of one segment; what is longer is cut off

/// Where a segment stands: [first, end) are its tag and text, `end` is its end token.
struct SegmentPlace {
  std::size_t first = 0, end = 0;
};

/// <s> DM : The door opens . </s> A : I go in . </s>
struct DialogueWindow {
  std::size_t first = 0;                           // the first of its segments
  std::vector<int> ids;                            // tokens
  std::vector<SegmentPlace> places;                // a segment each
  std::vector<std::array<float, kNames>> names{};  // a segment each: 1 where it has names of that kind
};

/// What windows are made of. `roles` and `mentions` are as long as `talk`.
struct Dialogue {
  std::span<const classify::Utterance> talk;
  std::span<const Role> roles;  // the DM has a tag of their own, everybody else a letter in order of speaking
  std::span<const classify::Mentions> mentions;
};

/// Makes windows of a session; its tokens are made once.
class WindowMaker {
 public:
  WindowMaker(const Vocabulary& vocabulary, const Tokenizer& tokenizer,
              std::span<const classify::Utterance> talk);

  /// Windows of neighbouring segments, filled up to kDialogueTokens; none goes across scenes. Every segment
  /// is in exactly one.
  std::vector<DialogueWindow> windows(const Dialogue& dialogue) const;

 private:
  DialogueWindow window(const Dialogue& dialogue, std::size_t first, std::size_t last) const;

  const Vocabulary& vocabulary_;
  std::vector<std::vector<int>> texts_;  // tokens of each segment
  std::vector<std::vector<int>> letters_;
  std::vector<int> leader_;
  std::size_t tag_ = 0;  // tokens of the longest tag
};

}  // namespace skald::e5
