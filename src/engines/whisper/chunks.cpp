#include "engines/whisper/chunks.hpp"

#include <algorithm>
#include <cstdint>

namespace skald::whisper {
namespace {

// Speech as sorted pieces that do not touch, each widened by the pad, but never over the middle of a pause.
std::vector<Piece> widened(std::span<const Span> speech, Samples duration, Samples pad) {
  std::vector<Piece> sorted;
  for (const Span& s : speech) {
    // Rounded outwards, so that no sample of speech is left behind.
    const Samples start{std::max<std::int64_t>(0, std::llround(std::floor(s.start.value * kSampleRate)))};
    const Samples end{
        std::min<std::int64_t>(duration.value, std::llround(std::ceil(s.end.value * kSampleRate)))};
    if (start < end) sorted.push_back({start, end});
  }
  std::ranges::sort(sorted, [](const Piece& a, const Piece& b) {
    return a.start != b.start ? a.start < b.start : a.end < b.end;
  });
  std::vector<Piece> joined;
  for (const Piece& p : sorted) {
    if (!joined.empty() && p.start <= joined.back().end)
      joined.back().end = std::max(joined.back().end, p.end);
    else
      joined.push_back(p);
  }
  std::vector<Piece> out;
  for (std::size_t i = 0; i < joined.size(); ++i) {
    const std::int64_t before = joined[i].start.value - (i ? joined[i - 1].end.value : -pad.value);
    const std::int64_t after =
        (i + 1 < joined.size() ? joined[i + 1].start.value : duration.value + pad.value) -
        joined[i].end.value;
    const Samples start{joined[i].start.value - std::min(pad.value, before / 2)};
    const Samples end{joined[i].end.value + std::min(pad.value, after / 2)};
    out.push_back({std::max(start, Samples{0}), std::min(end, duration)});
  }
  return out;
}

class Packer {
 public:
  Packer(const ChunkOptions& options, const QuietestPoint& quietest)
      : longest_(to_samples(options.longest)),
        pause_(to_samples(options.longest_pause)),
        search_(to_samples(options.search)),
        quietest_(quietest) {}

  void add(Piece piece) {
    // Only where most of a chunk is free does speech that needs a cut anyway begin in it.
    if (!current_.pieces.empty() && piece.length() > longest_ && room(piece) < longest_.value / 2) close();
    if (!current_.pieces.empty() && piece.length() <= longest_ && room(piece) < piece.length().value) close();
    while (piece.length().value > room(piece)) {
      const std::int64_t space = room(piece);
      const Piece where{{piece.start.value + std::max(space / 2, space - search_.value)},
                        {piece.start.value + space}};
      const Samples cut = std::clamp(quietest_(where), where.start, where.end);
      append({piece.start, cut});
      close();
      piece.start = cut;
    }
    if (piece.start < piece.end) append(piece);
  }

  std::vector<ChunkPlan> finish() {
    close();
    return std::move(plans_);
  }

 private:
  // Samples of `piece` that the chunk can still take, the pause before it counted.
  std::int64_t room(const Piece& piece) const {
    return longest_.value - current_.length().value - kept_pause(piece);
  }

  std::int64_t kept_pause(const Piece& piece) const {
    if (current_.pieces.empty()) return 0;
    const std::int64_t gap = piece.start.value - current_.pieces.back().end.value;
    return gap <= pause_.value ? gap : 0;
  }

  void append(const Piece& piece) {
    if (!current_.pieces.empty() && piece.start.value - current_.pieces.back().end.value <= pause_.value)
      current_.pieces.back().end = piece.end;
    else
      current_.pieces.push_back(piece);
  }

  void close() {
    if (!current_.pieces.empty()) plans_.push_back(std::move(current_));
    current_ = {};
  }

  Samples longest_, pause_, search_;
  const QuietestPoint& quietest_;
  ChunkPlan current_;
  std::vector<ChunkPlan> plans_;
};

}  // namespace

Samples ChunkPlan::length() const {
  Samples sum;
  for (const Piece& p : pieces) sum = sum + p.length();
  return sum;
}

Span ChunkPlan::span() const {
  if (pieces.empty()) return {};
  return {to_seconds(pieces.front().start), to_seconds(pieces.back().end)};
}

Seconds ChunkPlan::to_recording(Seconds in_chunk, Seconds hint) const {
  double begin = 0;  // of the piece, in the joined audio
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const double length = to_seconds(pieces[i].length()).value;
    if (hint.value < begin + length || i + 1 == pieces.size()) {
      const double start = to_seconds(pieces[i].start).value;
      return {std::clamp(start + in_chunk.value - begin, start, start + length)};
    }
    begin += length;
  }
  return in_chunk;
}

std::vector<ChunkPlan> plan_chunks(std::span<const Span> speech, Samples duration,
                                   const ChunkOptions& options, const QuietestPoint& quietest) {
  Packer packer(options, quietest);
  for (const Piece& piece : widened(speech, duration, to_samples(options.pad))) packer.add(piece);
  return packer.finish();
}

std::size_t quietest_offset(std::span<const float> audio) {
  constexpr std::size_t window = kSampleRate / 10, step = window / 10;
  if (audio.size() <= window) return audio.size() / 2;
  double energy = 0;
  for (std::size_t i = 0; i < window; ++i) energy += static_cast<double>(audio[i]) * audio[i];
  double best = energy;
  std::size_t at = 0;
  for (std::size_t first = step; first + window <= audio.size(); first += step) {
    double sum = 0;
    for (std::size_t i = first; i < first + window; ++i) sum += static_cast<double>(audio[i]) * audio[i];
    if (sum <= best) {
      best = sum;
      at = first;
    }
  }
  return at + window / 2;
}

}  // namespace skald::whisper
