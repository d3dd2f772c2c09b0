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

class Pooler {
 public:
  using Store = std::function<void(std::size_t id, std::span<const float> embedding)>;

  explicit Pooler(std::vector<Wanted> wanted);
  /// The blocks that anything is wanted of, in order.
  std::vector<std::size_t> blocks() const;
  /// Takes the frames [kBlockFrames, kChannels] of a block; blocks come in order. Stores what is complete.
  void add(std::size_t block, std::span<const float> frames, const Head& head, const Store& store);

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
