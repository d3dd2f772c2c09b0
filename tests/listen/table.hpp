// Recordings made of numbers: people with made-up voices, heard as the models would hear them.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "domain/diarization/listen_data.hpp"
#include "domain/diarization/pieces.hpp"
#include "domain/diarization/timeline.hpp"

namespace skald {

/// x = (1103515245 x + 12345) mod 2^31, upper bits.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : x_(seed) {
    for (int i = 0; i < 8; ++i) next();
  }
  std::size_t below(std::size_t n) { return next() % n; }
  double share() { return static_cast<double>(next()) / (1 << 23); }
  /// Near enough to a normal distribution.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += share();
    return sum;
  }

 private:
  std::uint64_t next() {
    x_ = (x_ * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    return x_ >> 8;
  }
  std::uint64_t x_;
};

struct TableTurn {
  double start = 0;
  double end = 0;
  std::size_t person = 0;
};

/// Turns of 1 to 5 s with short pauses between, everybody in order first and by chance then.
inline std::vector<TableTurn> table_talk(Dice& dice, std::size_t people, double seconds) {
  std::vector<TableTurn> turns;
  std::size_t next = 0;
  for (double at = 0.2; at < seconds - 1;) {
    const std::size_t person = next < people ? next++ : dice.below(people);
    const double end = std::min(seconds - 0.2, at + 1.5 + 4 * dice.share());
    turns.push_back({at, end, person});
    at = end + 0.1 + 0.6 * dice.share();
  }
  return turns;
}

using Timbre = std::vector<double>;

inline Timbre made_up_voice(Dice& dice) {
  Timbre voice(listen::kDimension);
  double square = 0;
  for (double& x : voice) {
    x = dice.normal();
    square += x * x;
  }
  for (double& x : voice) x /= std::sqrt(square);
  return voice;
}

/// An embedding of so many seconds: the voice with noise as large as in a second of speech.
inline void speak(Dice& dice, const Timbre& voice, double seconds, float* out) {
  const double share = seconds / (seconds + 1);
  const Timbre noise = made_up_voice(dice);
  for (std::size_t d = 0; d < voice.size(); ++d) {
    out[d] = static_cast<float>(10 * (std::sqrt(share) * voice[d] + std::sqrt(1 - share) * noise[d]));
  }
}

/// What the models hear of these turns: in each window the first three people are its local speakers.
inline ListenData hear_table(Dice& dice, const std::vector<TableTurn>& turns,
                             const std::vector<Timbre>& voices, double seconds) {
  using namespace listen;
  ListenData data;
  data.length = to_samples({seconds});
  const std::size_t windows = window_count(data.length);
  data.active.resize(windows * kFrames);
  data.embedded.resize(windows);
  data.embeddings.resize(windows * kSpeakers * kDimension);
  for (std::size_t w = 0; w < windows; ++w) {
    std::vector<std::size_t> local;
    std::vector<double> spoken(kSpeakers);
    for (const TableTurn& turn : turns) {
      const double first = std::max(turn.start, static_cast<double>(w));
      const double end = std::min(turn.end, static_cast<double>(w) + 10);
      if (end <= first) continue;
      auto known = std::find(local.begin(), local.end(), turn.person);
      if (known == local.end() && local.size() == kSpeakers) continue;
      if (known == local.end()) known = local.insert(local.end(), turn.person);
      const auto k = static_cast<std::size_t>(known - local.begin());
      spoken[k] += end - first;
      const auto frame = [&](double t) {
        return std::min(kFrames, static_cast<std::size_t>((t - static_cast<double>(w)) / kFrameStep));
      };
      for (std::size_t f = frame(first); f < frame(end); ++f) {
        auto& bits = data.active[w * kFrames + f];
        bits = static_cast<std::uint8_t>(bits | 1U << k);
      }
    }
    for (std::size_t k = 0; k < local.size(); ++k) {
      if (spoken[k] < 0.3) continue;
      data.embedded[w] = static_cast<std::uint8_t>(data.embedded[w] | 1U << k);
      speak(dice, voices[local[k]], spoken[k], &data.embeddings[(w * kSpeakers + k) * kDimension]);
    }
  }
  data.pieces = find_pieces(data);
  data.voices.resize(data.pieces.size() * kDimension);
  for (std::size_t i = 0; i < data.pieces.size(); ++i) {
    Piece& piece = data.pieces[i];
    const double middle = (frame_time(piece.first).value + frame_time(piece.end).value) / 2;
    const double length = static_cast<double>(piece.end - piece.first) * kFrameStep;
    const auto turn = std::find_if(turns.begin(), turns.end(), [&](const TableTurn& t) {
      return t.start - 0.1 <= middle && middle < t.end + 0.1;
    });
    if (length < 0.32 || turn == turns.end()) continue;
    piece.heard = static_cast<std::size_t>(length / 0.08);
    speak(dice, voices[turn->person], length, &data.voices[i * kDimension]);
  }
  return data;
}

}  // namespace skald
