// How voices sound: embeddings of local speakers and of pieces.
#pragma once
#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "domain/diarization/listen_data.hpp"
#include "engines/listen/backbone.hpp"
#include "engines/listen/fbank.hpp"
#include "engines/listen/pooler.hpp"
#include "platform/wav/wav.hpp"

namespace skald::listen {

class Embedder {
 public:
  /// models: the community-1 folder.
  static Result<Embedder> load(const std::filesystem::path& models, unsigned threads);

  /// Share that is done. False: stop.
  using Progress = std::function<bool(double share)>;
  /// Embeddings of the windows, and of the pieces with how much of each was heard. Cancelled when told to
  /// stop.
  Status embed(const WavFile& audio, ListenData& data, const Progress& progress) const;

 private:
  Embedder(Backbone backbone, Head head, unsigned threads)
      : backbone_(std::move(backbone)), head_(std::move(head)), threads_(threads) {}
  std::vector<float> features(const WavFile& audio, std::size_t block) const;
  std::vector<float> frames(const WavFile& audio, const Stretch& stretch, Backbone::Scratch& scratch) const;

  Backbone backbone_;
  Head head_;
  Fbank fbank_;
  unsigned threads_;
};

}  // namespace skald::listen
