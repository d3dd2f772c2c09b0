#include "engines/listen/listener.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "domain/diarization/pieces.hpp"
#include "domain/diarization/timeline.hpp"
#include "engines/listen/pooler.hpp"

namespace skald::listen {

namespace {

constexpr std::size_t kBatch = 8;               // windows in one pass of the segmentation
constexpr std::int64_t kBlockSamples = 160000;  // new audio in each pass of the backbone
constexpr std::int64_t kMargin = 15360;  // heard before and after, so that frames know their surroundings
constexpr std::size_t kMarginFrames = kMargin / kFrameSamples;
constexpr std::size_t kBlockFeatures = 1192;  // feature frames of a block with its margins
constexpr std::size_t kBackboneFrames = 149;
constexpr std::size_t kFewestFrames = 2;       // that have a spread
constexpr std::size_t kFewestPieceFrames = 4;  // about a third of a second: less tells nobody apart
constexpr double kSegmentationShare = 0.5;     // of the work; the rest is embedding

/// The backbone's frames that a window pools from, counted from the start of the recording.
struct Range {
  std::size_t first;
  std::size_t end;
};

Range backbone_frames(std::size_t window, std::size_t blocks) {
  const auto start = static_cast<std::int64_t>(window) * kWindowStep;
  const auto first = static_cast<std::size_t>((start + kFrameSamples - 1) / kFrameSamples);
  const auto end = static_cast<std::size_t>((start + kWindowSamples) / kFrameSamples);
  return {first, std::min(end, blocks * kBlockFrames)};
}

/// The segmentation frame that a backbone frame falls into.
std::size_t segmentation_frame(std::size_t backbone_frame, std::size_t window) {
  const auto offset = static_cast<std::int64_t>(backbone_frame) * kFrameSamples -
                      static_cast<std::int64_t>(window) * kWindowStep;
  return std::min(kFrames - 1,
                  static_cast<std::size_t>(offset * static_cast<std::int64_t>(kFrames) / kWindowSamples));
}

/// The backbone frames in which each local speaker of a window counts.
void want_windows(const ListenData& data, std::size_t blocks, std::vector<Wanted>& wanted) {
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::size_t window = data.first_window + w;
    const Range range = backbone_frames(window, blocks);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      const auto mask = speaker_mask(data.frames(w), k);
      Wanted speaker{w * kSpeakers + k, {}};
      for (std::size_t g = range.first; g < range.end; ++g) {
        if (mask[segmentation_frame(g, window)]) speaker.frames.push_back(g);
      }
      if (speaker.frames.size() >= kFewestFrames) wanted.push_back(std::move(speaker));
    }
  }
}

/// The backbone frames inside each piece.
void want_pieces(const ListenData& data, std::size_t blocks, std::vector<Wanted>& wanted) {
  constexpr double kStep = static_cast<double>(kFrameSamples) / kSampleRate;
  const std::size_t windows = data.windows() * kSpeakers;
  for (std::size_t i = 0; i < data.pieces.size(); ++i) {
    // A frame counts that lies within the piece but for a quarter.
    const double first = std::ceil(frame_time(data.pieces[i].first).value / kStep - 0.25);
    const double end = std::floor(frame_time(data.pieces[i].end).value / kStep + 0.25);
    Wanted piece{windows + i, {}};
    for (auto g = static_cast<std::size_t>(std::max(first, 0.0)); static_cast<double>(g) < end; ++g) {
      if (g < blocks * kBlockFrames) piece.frames.push_back(g);
    }
    if (piece.frames.size() >= kFewestPieceFrames) wanted.push_back(std::move(piece));
  }
}

}  // namespace

Result<Listener> Listener::load(const ListenerOptions& options) {
  NetworkOptions segmentation;
  segmentation.model = options.models / "segmentation.onnx";
  segmentation.input = {kBatch, 1, static_cast<std::size_t>(kWindowSamples)};
  segmentation.output_items = kBatch * kFrames * kSpeakers;
  segmentation.precision = options.segmentation;
  segmentation.threads = options.threads;
  NetworkOptions backbone;
  backbone.model = options.models / "emb_backbone.onnx";
  backbone.input = {1, kBlockFeatures, Fbank::kBands};
  backbone.output_items = kChannels * kBackboneFrames;
  backbone.precision = options.backbone;
  backbone.threads = options.threads;
  Head head = TRY(Head::load(options.models));
  Network first = TRY(Network::load(segmentation));
  Network second = TRY(Network::load(backbone));
  return Listener(std::move(first), std::move(second), std::move(head));
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
  TRY_VOID(embed(audio, data, [&](double share) {
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

void Listener::fill_block(const WavFile& audio, std::size_t block, std::span<float> features) const {
  constexpr std::size_t kSamples = (kBlockFeatures - 1) * Fbank::kShift + Fbank::kLength;
  std::vector<float> samples(kSamples);
  const std::int64_t start = static_cast<std::int64_t>(block) * kBlockSamples - kMargin;
  audio.read_float({start}, samples);
  fbank_.compute(samples, features);
  // The mean over what lies inside the recording is taken away; what reaches outside counts as silence.
  const auto inside = [&](std::size_t f) {
    const std::int64_t at = start + static_cast<std::int64_t>(f * Fbank::kShift);
    return at >= 0 && at + static_cast<std::int64_t>(Fbank::kLength) <= audio.length().value;
  };
  std::array<double, Fbank::kBands> mean{};
  std::size_t count = 0;
  for (std::size_t f = 0; f < kBlockFeatures; ++f) {
    if (!inside(f)) continue;
    ++count;
    for (std::size_t b = 0; b < Fbank::kBands; ++b) mean[b] += features[f * Fbank::kBands + b];
  }
  for (double& m : mean) m /= static_cast<double>(std::max<std::size_t>(count, 1));
  for (std::size_t f = 0; f < kBlockFeatures; ++f) {
    for (std::size_t b = 0; b < Fbank::kBands; ++b) {
      float& x = features[f * Fbank::kBands + b];
      x = inside(f) ? x - static_cast<float>(mean[b]) : 0.0F;
    }
  }
}

Status Listener::embed(const WavFile& audio, ListenData& data, const Progress& progress) {
  const auto blocks = static_cast<std::size_t>((audio.length().value + kBlockSamples - 1) / kBlockSamples);
  std::vector<Wanted> wanted;
  want_windows(data, blocks, wanted);
  want_pieces(data, blocks, wanted);
  for (const Wanted& w : wanted) {
    if (w.id >= data.windows() * kSpeakers)
      data.pieces[w.id - data.windows() * kSpeakers].heard = w.frames.size();
  }
  Pooler pooler(std::move(wanted));
  const std::vector<std::size_t> order = pooler.blocks();
  const auto store = [&](std::size_t id, std::span<const float> embedding) {
    const std::size_t windows = data.windows() * kSpeakers;
    if (id >= windows) {
      std::copy(embedding.begin(), embedding.end(), &data.voices[(id - windows) * kDimension]);
      return;
    }
    std::copy(embedding.begin(), embedding.end(), &data.embeddings[id * kDimension]);
    auto& bits = data.embedded[id / kSpeakers];
    bits = static_cast<std::uint8_t>(bits | 1U << (id % kSpeakers));
  };
  std::vector<float> frames(kBlockFrames * kChannels);
  bool go_on = true;
  const auto fill = [&](std::size_t i, std::span<float> input) { fill_block(audio, order[i], input); };
  const auto take = [&](std::size_t i, std::span<const float> output) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      const float* row = &output[c * kBackboneFrames + kMarginFrames];
      for (std::size_t t = 0; t < kBlockFrames; ++t) frames[t * kChannels + c] = row[t];
    }
    pooler.add(order[i], frames, head_, store);
    go_on = progress(static_cast<double>(i + 1) / static_cast<double>(order.size()));
  };
  return backbone_.run(order.size(), fill, take, [&] { return !go_on; });
}

}  // namespace skald::listen
