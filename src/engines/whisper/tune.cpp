#include "engines/whisper/tune.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <numbers>
#include <random>

#include "engines/whisper/backend.hpp"
#include "engines/whisper/mel.hpp"
#include "engines/whisper/prompt.hpp"

namespace skald::whisper {
namespace {

constexpr int kRounds = 2;
constexpr int kRows = 4;
constexpr int kTokens = 12;
constexpr int kFewThreads = 3;  // up to so many, all of them are used
constexpr int kLayers = 6;      // of the encoder: enough to tell precisions apart, and small for large models
// What is less exact or takes another way must be clearly faster, so that a busy moment does not decide.
constexpr double kClearly = 0.85;
// Largest relative difference of the encoder's output at which texts stay equally good: Whisper base has
// 0.02, and there bfloat16 costs nothing in word errors (bench/RESULTS.md).
constexpr double kMostDifference = 0.05;

struct Cost {
  double cpu = 1e9, seconds = 1e9;
};

// The least of a few rounds: other programs can only add to it.
template <typename F>
Result<Cost> least(WorkerChannel& channel, const F& work) {
  Cost cost;
  for (int i = 0; i < kRounds; ++i) {
    if (channel.cancelled()) return fail(ErrorCode::Cancelled, "the measurement was stopped");
    const std::clock_t cpu = std::clock();
    const auto start = std::chrono::steady_clock::now();
    TRY_VOID(work());
    cost.seconds = std::min(cost.seconds,
                            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    cost.cpu = std::min(cost.cpu, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  }
  return cost;
}

// Half a minute of a gliding voice-like sound in syllables, the same each time.
std::vector<float> sound() {
  std::mt19937 draws(1);
  std::vector<float> audio(static_cast<std::size_t>(kWindowFrames) * kHop);
  double phase = 0;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    const double t = static_cast<double>(i) / 16000;
    phase += 2 * std::numbers::pi * (140 + 40 * std::sin(1.7 * t)) / 16000;
    double voice = 0;
    for (int harmonic = 1; harmonic < 6; ++harmonic) voice += std::sin(harmonic * phase) / harmonic;
    const double noise = static_cast<double>(draws()) / 4294967296.0 - 0.5;
    audio[i] = static_cast<float>(std::max(0.0, std::sin(8 * t)) * (0.1 * voice + 0.02 * noise));
  }
  return audio;
}

class Tuner {
 public:
  Tuner(const Model& model, int threads, WorkerChannel& channel)
      : model_(model), threads_(threads), channel_(channel) {
    const LogMel mel(model.dimensions().bands);
    mel_.resize(static_cast<std::size_t>(mel.bands()) * kWindowFrames);
    mel.compute(sound(), mel_);
  }

  Result<Json> run() {
    TRY_VOID(choose_precision());
    const bool fits = native_fits(model_);
    decoder_ = fits ? DecoderKind::Native : DecoderKind::CTranslate2;
    channel_.progress(0.4, "measuring the decoder");
    Pace chosen = TRY(pace(decoder_, threads_));
    if (fits) {
      measured_["decoder_native"] = chosen.decode.cpu;
      const Pace other = TRY(pace(DecoderKind::CTranslate2, threads_));
      measured_["decoder_ctranslate2"] = other.decode.cpu;
      if (other.decode.cpu < kClearly * chosen.decode.cpu) {
        decoder_ = DecoderKind::CTranslate2;
        chosen = other;
      }
    }
    channel_.progress(0.7, "measuring threads");
    TRY_VOID(choose_threads(chosen));
    return Json{{"precision", precision_ == Precision::BF16 ? "bf16" : "f32"},
                {"decoder", decoder_ == DecoderKind::Native ? "native" : "ctranslate2"},
                {"threads", threads_},
                {"measured", measured_}};
  }

 private:
  struct Pace {
    Cost encode, decode;
  };

  Status choose_precision() {
    if (!multiplies_bf16()) return {};
    channel_.progress(0, "measuring precisions");
    std::vector<float> exact, rounded;
    const double f32 = TRY(encoder(Precision::F32, exact));
    const double bf16 = TRY(encoder(Precision::BF16, rounded));
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      difference += std::pow(exact[i] - rounded[i], 2);
      size += std::pow(exact[i], 2);
    }
    difference = std::sqrt(difference / size);
    measured_["encoder_f32"] = f32;
    measured_["encoder_bf16"] = bf16;
    measured_["difference_bf16"] = difference;
    if (bf16 < kClearly * f32 && difference <= kMostDifference) precision_ = Precision::BF16;
    return {};
  }

  Result<double> encoder(Precision precision, std::vector<float>& output) {
    const auto made = TRY(make_openvino_encoder(model_, threads_, precision, EncoderEnd::Memory, kLayers));
    const Cost cost = TRY(least(channel_, [&] { return made->encode(mel_); }));
    output.assign(made->output(0).begin(), made->output(0).end());
    return cost.cpu;
  }

  Result<Pace> pace(DecoderKind decoder, int threads) {
    const auto engine = TRY(make_engine(model_, {threads, decoder, precision_, {}}));
    engine->stop_when([this] { return channel_.cancelled(); });
    const int frames = kWindowFrames;
    Pace pace;
    pace.encode = TRY(least(channel_, [&] { return engine->encode(mel_, {&frames, 1}); }));
    std::vector<GenerateRow> rows;
    rows.reserve(kRows);
    const auto& languages = model_.vocabulary().languages();
    const Token language = languages.empty() ? 0 : languages.begin()->second;
    for (int i = 0; i < kRows; ++i) rows.push_back({0, make_prompt(model_.vocabulary(), {}, language)});
    pace.decode = TRY(least(channel_, [&]() -> Status {
      const auto written = engine->generate(rows, {1, 0, 0, kTokens});
      return written ? Status{} : tl::unexpected(written.error());
    }));
    return pace;
  }

  // Where processors share their units in pairs, half the threads can be as fast. The text stays the same.
  Status choose_threads(const Pace& full) {
    const auto together = [](const Pace& p) { return p.encode.seconds + p.decode.seconds; };
    measured_["seconds_threads_" + std::to_string(threads_)] = together(full);
    if (threads_ <= kFewThreads) return {};
    const Pace half = TRY(pace(decoder_, threads_ / 2));
    measured_["seconds_threads_" + std::to_string(threads_ / 2)] = together(half);
    if (together(half) < kClearly * together(full)) threads_ /= 2;
    return {};
  }

  const Model& model_;
  int threads_;
  WorkerChannel& channel_;
  Precision precision_ = Precision::F32;
  DecoderKind decoder_ = DecoderKind::Native;
  std::vector<float> mel_;
  Json measured_ = Json::object();
};

}  // namespace

Result<Json> tune(const Json& job, WorkerChannel& channel) {
  const std::string folder = get_or(job, "model", std::string());
  const Model model = TRY(Model::open(folder));
  return Tuner(model, std::clamp(get_or(job, "threads", 2), 1, 256), channel).run();
}

}  // namespace skald::whisper
