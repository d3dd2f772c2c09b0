#include "engines/listen/embedder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <future>

#include "domain/diarization/timeline.hpp"

namespace skald::listen {

namespace {

constexpr std::int64_t kBlockSamples = 160000;  // features lose their mean block by block
constexpr std::int64_t kMargin = 15360;  // heard before and after, so that frames know their surroundings
constexpr std::size_t kMarginFrames = kMargin / kFrameSamples;
constexpr std::size_t kBlockFeatures = 1192;   // feature frames of a block with its margins
constexpr std::size_t kFewestFrames = 2;       // that have a spread
constexpr std::size_t kFewestPieceFrames = 4;  // about a third of a second: less tells nobody apart

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

std::vector<Wanted> want(const ListenData& data, std::size_t blocks) {
  std::vector<Wanted> wanted;
  want_windows(data, blocks, wanted);
  want_pieces(data, blocks, wanted);
  return wanted;
}

}  // namespace

Result<Embedder> Embedder::load(const std::filesystem::path& models, unsigned threads) {
  Head head = TRY(Head::load(models));
  Backbone backbone = TRY(Backbone::load(models / "emb_backbone.onnx"));
  return Embedder(std::move(backbone), std::move(head), std::max(1U, threads));
}

std::vector<float> Embedder::features(const WavFile& audio, std::size_t block) const {
  std::vector<float> features(kBlockFeatures * Fbank::kBands);
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
  return features;
}

std::vector<float> Embedder::frames(const WavFile& audio, const Stretch& stretch,
                                    Backbone::Scratch& scratch) const {
  const std::size_t block = stretch.first / kBlockFrames;
  const auto all = features(audio, block);
  const std::size_t first = stretch.first - block * kBlockFrames;
  const std::size_t count = stretch.end - stretch.first;
  constexpr std::size_t kFrame = Backbone::kStep * Backbone::kBands;
  const auto heard = std::span(all).subspan(first * kFrame, (count + 2 * kMarginFrames) * kFrame);
  auto frames = backbone_.run(heard, scratch);
  frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(kMarginFrames * kChannels));
  frames.resize(count * kChannels);
  return frames;
}

Status Embedder::embed(const WavFile& audio, ListenData& data, const Progress& progress) const {
  const auto blocks = static_cast<std::size_t>((audio.length().value + kBlockSamples - 1) / kBlockSamples);
  auto wanted = want(data, blocks);
  for (const Wanted& w : wanted) {
    if (w.id >= data.windows() * kSpeakers)
      data.pieces[w.id - data.windows() * kSpeakers].heard = w.frames.size();
  }
  Pooler pooler(std::move(wanted));
  // A shorter pause costs less to hear than the margins on either side of it.
  const auto stretches = pooler.stretches(2 * kMarginFrames);
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
  struct Lane {
    Backbone::Scratch scratch;
    std::future<std::vector<float>> frames;
  };
  std::vector<Lane> lanes(threads_);
  const auto start = [&](std::size_t i) {
    if (i >= stretches.size()) return;
    Lane& lane = lanes[i % lanes.size()];
    lane.frames = std::async(std::launch::async, [this, &audio, &lane, stretch = stretches[i]] {
      return frames(audio, stretch, lane.scratch);
    });
  };
  for (std::size_t i = 0; i < lanes.size(); ++i) start(i);
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const auto heard = lanes[i % lanes.size()].frames.get();
    start(i + lanes.size());
    pooler.add(stretches[i], heard, head_, store);
    if (!progress(static_cast<double>(i + 1) / static_cast<double>(stretches.size())))
      return fail(ErrorCode::Cancelled, "stopped while listening");
  }
  return {};
}

}  // namespace skald::listen
