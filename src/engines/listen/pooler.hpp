// Embeddings of many stretches of a recording from one pass over the backbone's frames.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "engines/listen/pooling.hpp"

namespace skald::listen {

/// Backbone frames that make one embedding, in order; never empty.
struct Wanted {
  std::size_t id = 0;
  std::vector<std::size_t> frames;
};

/// Backbone frames that follow one another.
struct Stretch {
  std::size_t first = 0;
  std::size_t end = 0;
};

class Pooler {
 public:
  using Store = std::function<void(std::size_t id, std::span<const float> embedding)>;

  explicit Pooler(std::vector<Wanted> wanted);
  /// What is wanted, in order: each stretch within one block, pauses of fewer than `gap` frames closed.
  std::vector<Stretch> stretches(std::size_t gap) const;
  /// Takes the frames [n, kChannels] of a stretch; stretches come in order. Stores what is complete.
  void add(const Stretch& stretch, std::span<const float> frames, const Head& head, const Store& store);

 private:
  struct Open {
    std::size_t index;
    Statistics statistics;
  };
  void finish(std::size_t frames_seen, const Head& head, const Store& store);

  std::vector<Wanted> wanted_;  // by first frame
  std::size_t next_ = 0;        // the first one that is not open yet
  std::vector<Open> open_;
};

}  // namespace skald::listen
