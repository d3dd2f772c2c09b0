#include "engines/listen/listener.hpp"

#include <algorithm>

#include "domain/diarization/pieces.hpp"

namespace skald::listen {

namespace {

constexpr std::size_t kBatch = 8;           // windows in one pass of the segmentation
constexpr double kSegmentationShare = 0.5;  // of the work; the rest is embedding

}  // namespace

Result<Listener> Listener::load(const ListenerOptions& options) {
  NetworkOptions segmentation;
  segmentation.model = options.models / "segmentation.onnx";
  segmentation.input = {kBatch, 1, static_cast<std::size_t>(kWindowSamples)};
  segmentation.output_items = kBatch * kFrames * kSpeakers;
  segmentation.threads = options.threads;
  Embedder embedder = TRY(Embedder::load(options.models, options.threads));
  Network network = TRY(Network::load(segmentation));
  return Listener(std::move(network), std::move(embedder));
}

Result<ListenData> Listener::hear(const WavFile& audio, std::size_t first, std::size_t count,
                                  const Progress& progress) {
  ListenData data;
  data.length = audio.length();
  data.first_window = first;
  data.active.resize(count * kFrames);
  data.embedded.resize(count);
  data.embeddings.resize(count * kSpeakers * kDimension);
  TRY_VOID(segment(audio, data, [&](double share) { return progress(share * kSegmentationShare); }));
  data.pieces = find_pieces(data);
  data.voices.resize(data.pieces.size() * kDimension);
  TRY_VOID(embedder_.embed(audio, data, [&](double share) {
    return progress(kSegmentationShare + share * (1 - kSegmentationShare));
  }));
  return data;
}

Status Listener::segment(const WavFile& audio, ListenData& data, const Progress& progress) {
  const std::size_t batches = (data.windows() + kBatch - 1) / kBatch;
  bool go_on = true;
  const auto fill = [&](std::size_t batch, std::span<float> input) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      const auto window = static_cast<std::int64_t>(data.first_window + batch * kBatch + i);
      const auto samples = static_cast<std::size_t>(kWindowSamples);
      audio.read_float({window * kWindowStep}, input.subspan(i * samples, samples));
    }
  };
  const auto take = [&](std::size_t batch, std::span<const float> output) {
    const std::size_t base = batch * kBatch * kFrames;
    const std::size_t frames = std::min(kBatch * kFrames, data.active.size() - base);
    for (std::size_t f = 0; f < frames; ++f) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < kSpeakers; ++k) bits |= (output[f * kSpeakers + k] > 0.5F ? 1U : 0U) << k;
      data.active[base + f] = static_cast<std::uint8_t>(bits);
    }
    go_on = progress(static_cast<double>(batch + 1) / static_cast<double>(batches));
  };
  return segmentation_.run(batches, fill, take, [&] { return !go_on; });
}

}  // namespace skald::listen
