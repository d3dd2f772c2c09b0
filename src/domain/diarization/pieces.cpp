#include "domain/diarization/pieces.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "domain/diarization/timeline.hpp"

namespace skald {

using listen::kFrames;
using listen::kSpeakers;

namespace {

constexpr double kLongest = 2.8;       // seconds
constexpr std::size_t kTolerance = 2;  // frames by which windows may differ about a change of speaker

/// How many windows hear, within kTolerance of each frame, somebody alone who is not the one before.
std::vector<std::size_t> change_votes(const ListenData& data, std::size_t frames) {
  std::vector<std::size_t> changes(frames);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const auto active = data.frames(w);
    const std::size_t base = window_start(data, w);
    std::uint8_t last = 0;
    for (std::size_t f = 0; f < kFrames && base + f < frames; ++f) {
      if (std::popcount(active[f]) != 1) continue;
      if (last != 0 && active[f] != last) ++changes[base + f];
      last = active[f];
    }
  }
  std::vector<std::size_t> votes(frames);
  for (std::size_t f = 0; f < frames; ++f) {
    const std::size_t end = std::min(f + kTolerance + 1, frames);
    for (std::size_t g = f - std::min(f, kTolerance); g < end; ++g) votes[f] += changes[g];
  }
  return votes;
}

void cut(std::size_t first, std::size_t end, std::vector<Piece>& pieces) {
  const auto longest = static_cast<std::size_t>(kLongest / listen::kFrameStep);
  const std::size_t length = end - first;
  const std::size_t n = (length + longest - 1) / longest;
  for (std::size_t i = 0; i < n; ++i) {
    pieces.push_back({first + length * i / n, first + length * (i + 1) / n, 0});
  }
}

/// Where the pieces of these windows begin: up to the first window that another unit of work owns.
std::size_t owned_frames(const ListenData& data, std::size_t frames) {
  const std::size_t next = data.first_window + data.windows();
  if (next >= listen::window_count(data.length)) return frames;
  return window_frame(next) - window_frame(data.first_window);
}

}  // namespace

std::vector<Piece> find_pieces(const ListenData& data) {
  const auto count = count_speakers(data);
  const auto seeing = windows_seeing(data);
  const auto votes = change_votes(data, count.size());
  const auto changes = [&](std::size_t f) { return 2 * votes[f] >= seeing[f]; };
  std::vector<Piece> pieces;
  const std::size_t owned = owned_frames(data, count.size());
  for (std::size_t f = 0; f < owned;) {
    if (count[f] != 1) {
      ++f;
      continue;
    }
    // A change that several frames report is cut once.
    std::size_t end = f + 1;
    while (end < owned && count[end] == 1 && (!changes(end) || changes(end - 1))) ++end;
    cut(f, end, pieces);
    f = end;
  }
  const std::size_t base = window_frame(data.first_window);
  for (Piece& piece : pieces) {
    piece.first += base;
    piece.end += base;
  }
  return pieces;
}

std::vector<PieceSpeaker> pieces_of_window(const ListenData& data, std::size_t window) {
  std::vector<PieceSpeaker> found;
  const auto active = data.frames(window);
  const std::size_t start = window_frame(data.first_window + window);
  const auto& pieces = data.pieces;
  auto piece =
      std::partition_point(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.end <= start; });
  for (; piece != pieces.end() && piece->first < start + kFrames; ++piece) {
    const std::size_t first = std::max(piece->first, start);
    const std::size_t end = std::min(piece->end, start + kFrames);
    if (2 * (end - first) < piece->end - piece->first) continue;
    std::array<std::size_t, kSpeakers> speaks{};
    for (std::size_t f = first; f < end; ++f) {
      for (std::size_t k = 0; k < kSpeakers; ++k) speaks[k] += active[f - start] >> k & 1;
    }
    const auto most = std::max_element(speaks.begin(), speaks.end());
    if (2 * *most < end - first) continue;
    found.push_back(
        {static_cast<std::size_t>(piece - pieces.begin()), static_cast<std::size_t>(most - speaks.begin())});
  }
  return found;
}

double heard_seconds(const Piece& piece) {
  constexpr double kHeardFrame = 0.08;
  return kHeardFrame * static_cast<double>(piece.heard);
}

std::map<std::pair<std::size_t, std::size_t>, Witness> witnesses(const ListenData& data) {
  std::map<std::pair<std::size_t, std::size_t>, Witness> pairs;  // in windows first
  for (std::size_t w = 0; w < data.windows(); ++w) {
    auto seen = pieces_of_window(data, w);
    std::erase_if(seen, [&](const PieceSpeaker& p) { return data.pieces[p.piece].heard == 0; });
    for (std::size_t i = 0; i < seen.size(); ++i) {
      for (std::size_t j = i + 1; j < seen.size(); ++j) {
        Witness& pair = pairs[{seen[i].piece, seen[j].piece}];
        (seen[i].speaker == seen[j].speaker ? pair.together : pair.apart) += 1;
      }
    }
  }
  for (auto& [pair, witness] : pairs) {
    const double windows = witness.apart + witness.together;
    const double seconds =
        std::min(heard_seconds(data.pieces[pair.first]), heard_seconds(data.pieces[pair.second]));
    witness.apart *= seconds / windows;
    witness.together *= seconds / windows;
  }
  return pairs;
}

}  // namespace skald
