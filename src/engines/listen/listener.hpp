// Segmentation and embeddings of a stretch of a recording.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "domain/diarization/listen_data.hpp"
#include "engines/listen/fbank.hpp"
#include "engines/listen/network.hpp"
#include "engines/listen/pooling.hpp"
#include "platform/wav/wav.hpp"

namespace skald::listen {

struct ListenerOptions {
  std::filesystem::path models;  // the community-1 folder
  unsigned threads = 2;
  Precision segmentation = Precision::F32;
  Precision backbone = Precision::F32;
};

class Listener {
 public:
  static Result<Listener> load(const ListenerOptions& options);

  /// Share of this stretch that is done. False: stop.
  using Progress = std::function<bool(double share)>;
  /// Windows first to first + count - 1. What comes out depends on the recording and these two numbers only.
  Result<ListenData> hear(const WavFile& audio, std::size_t first, std::size_t count,
                          const Progress& progress);

 private:
  Listener(Network segmentation, Network backbone, Head head)
      : segmentation_(std::move(segmentation)), backbone_(std::move(backbone)), head_(std::move(head)) {}
  Status segment(const WavFile& audio, ListenData& data, const Progress& progress);
  Status embed(const WavFile& audio, ListenData& data, const Progress& progress);
  void fill_block(const WavFile& audio, std::size_t block, std::span<float> features) const;

  Network segmentation_;
  Network backbone_;
  Head head_;
  Fbank fbank_;
};

}  // namespace skald::listen
