// A small head made by hand: every part of it can be told apart by the labels that it leads to.
#pragma once
#include "domain/classify/head.hpp"

namespace skald {

/// One number an embedding: large is in character, small is out of character. The word "roll" is out of
/// character, the word "you" is what a DM says.
inline classify::Head sample_head() {
  classify::Head head;
  head.layers = {1};
  head.mean = {0};
  head.scale = {1};
  head.own = {{2, -2, -1, 0, 0, 0, 0, 0}};
  head.for_next = {{0.5, -0.5, 0, 0, 0, 0, 0, 0}};
  head.for_previous = {{0.25, -0.25, 0, 0, 0, 0, 0, 0}};
  head.words = {"roll", "you"};
  head.rarity = {3, 1};
  head.word_weights = {{-6, 6, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 4, 0, 8, -8}};
  head.bias = {0, 0, -1, 0.5, 0, -1, -1, 1};
  return head;
}

}  // namespace skald
