// Cases that other tools measured too: drawn by a generator that is written down in a line, so that they can
// be drawn again anywhere.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "domain/types.hpp"

namespace skald {

/// x = (1103515245 x + 12345) mod 2^31; a draw below n is (x >> 8) mod n.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : x_(seed) {}
  int below(int n) {
    x_ = (x_ * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    return static_cast<int>((x_ >> 8) % static_cast<std::uint64_t>(n));
  }
  std::string word(int vocabulary) { return "w" + std::to_string(below(vocabulary)); }

 private:
  std::uint64_t x_;
};

inline std::vector<std::string> drawn_words(Draw& draw, int count, int vocabulary) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) words.push_back(draw.word(vocabulary));
  return words;
}

/// Each word is replaced, dropped, or followed by another one, each in `rate` of 100 cases.
inline std::vector<std::string> edited(Draw& draw, const std::vector<std::string>& words, int rate,
                                       int vocabulary) {
  std::vector<std::string> result;
  for (const std::string& word : words) {
    const int dice = draw.below(100);
    if (dice < rate) {
      result.push_back(draw.word(vocabulary));
    } else if (dice >= 2 * rate) {
      result.push_back(word);
      if (dice < 3 * rate) result.push_back(draw.word(vocabulary));
    }
  }
  return result;
}

struct DrawnTurns {
  std::vector<Turn> reference, hypothesis;
};

/// Turns of 0.01 to 5 s, also overlapping; the hypothesis drops some, moves borders and confuses speakers.
inline DrawnTurns drawn_turns(int seed, int reference_speakers, int hypothesis_speakers, int turns) {
  Draw draw(static_cast<std::uint64_t>(seed));
  DrawnTurns drawn;
  std::vector<int> speakers;
  for (int i = 0; i < turns; ++i) {
    const double start = draw.below(turns * 150) / 100.0;
    const double length = (1 + draw.below(500)) / 100.0;
    speakers.push_back(draw.below(reference_speakers));
    drawn.reference.push_back({{{start}, {start + length}}, "r" + std::to_string(speakers.back())});
  }
  for (int i = 0; i < turns; ++i) {
    const int dice = draw.below(10);
    if (dice == 0) continue;
    const int speaker = dice < 8 ? (speakers[i] + 1) % hypothesis_speakers : draw.below(hypothesis_speakers);
    const double start = drawn.reference[i].span.start.value + (draw.below(61) - 30) / 100.0;
    const double end = drawn.reference[i].span.end.value + (draw.below(61) - 30) / 100.0;
    if (end > start) drawn.hypothesis.push_back({{{start}, {end}}, "h" + std::to_string(speaker)});
  }
  return drawn;
}

}  // namespace skald
