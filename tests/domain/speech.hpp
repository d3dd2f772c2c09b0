// Words and turns for tests, written short.
#pragma once
#include <string>
#include <vector>

#include "domain/types.hpp"

namespace skald {

inline Turn turn(double start, double end, std::string speaker) {
  return {{{start}, {end}}, std::move(speaker)};
}

inline Word word(double start, double end, std::string text) {
  return {{{start}, {end}}, std::move(text), 0.9};
}

/// Turns that do not overlap: they are their own exclusive turns.
inline Diarization in_turn(std::vector<Turn> turns) {
  Diarization diarization;
  diarization.turns = turns;
  diarization.exclusive_turns = std::move(turns);
  return diarization;
}

/// A chunk of English words that follow one another, each `length` long, from `start` on.
inline Chunk chunk_of(double start, double length, const std::vector<std::string>& texts) {
  Chunk chunk;
  chunk.language = "en";
  chunk.span.start = {start};
  for (const std::string& text : texts) {
    chunk.words.push_back(word(start, start + length, " " + text));
    start += length;
  }
  chunk.span.end = {start};
  return chunk;
}

}  // namespace skald
