#include "engines/whisper/coverage.hpp"

#include <algorithm>

namespace skald::whisper {

std::vector<ChunkPlan> missed_speech(const ChunkPlan& plan, std::span<const Word> words,
                                     std::span<const Span> speech, const CoverageOptions& options) {
  std::vector<ChunkPlan> out;
  const Span all = plan.span();
  double from = all.start.value;
  for (std::size_t i = 0; i <= words.size(); ++i) {
    const double to = i < words.size() ? words[i].span.start.value : all.end.value;
    const Span gap{{from}, {to}};
    if (i < words.size())
      from = std::max(
          from, std::min(words[i].span.end.value, words[i].span.start.value + options.longest_word.value));
    double spoken = 0;
    ChunkPlan part;
    for (const Piece& piece : plan.pieces) {
      const Piece inside{std::max(piece.start, to_samples(gap.start)),
                         std::min(piece.end, to_samples(gap.end))};
      if (inside.start >= inside.end) continue;
      const Span span{to_seconds(inside.start), to_seconds(inside.end)};
      for (const Span& s : speech) spoken += std::max(0.0, overlap(span, s).value);
      part.pieces.push_back(inside);
    }
    if (spoken >= options.shortest.value) out.push_back(std::move(part));
  }
  return out;
}

void insert_words(std::vector<Word>& words, std::span<const Word> found) {
  for (Word word : found) {
    const auto after =
        std::ranges::upper_bound(words, word.span.start, {}, [](const Word& w) { return w.span.start; });
    if (after != words.end()) word.span.end = std::min(word.span.end, after->span.start);
    word.span.end = std::max(word.span.end, word.span.start);
    words.insert(after, word);
  }
}

}  // namespace skald::whisper
