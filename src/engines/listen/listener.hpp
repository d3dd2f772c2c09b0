// Segmentation and embeddings of a stretch of a recording.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "domain/diarization/listen_data.hpp"
#include "engines/listen/embedder.hpp"
#include "engines/listen/network.hpp"
#include "platform/wav/wav.hpp"

namespace skald::listen {

struct ListenerOptions {
  std::filesystem::path models;  // the community-1 folder
  unsigned threads = 2;
};

class Listener {
 public:
  static Result<Listener> load(const ListenerOptions& options);

  using Progress = Embedder::Progress;
  /// Windows first to first + count - 1. What comes out depends on the recording and these two numbers only.
  Result<ListenData> hear(const WavFile& audio, std::size_t first, std::size_t count,
                          const Progress& progress);

 private:
  Listener(Network segmentation, Embedder embedder)
      : segmentation_(std::move(segmentation)), embedder_(std::move(embedder)) {}
  Status segment(const WavFile& audio, ListenData& data, const Progress& progress);

  Network segmentation_;
  Embedder embedder_;
};

}  // namespace skald::listen
