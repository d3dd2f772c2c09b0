#include "engines/whisper/native_engine.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "engines/whisper/writer.hpp"

namespace skald::whisper {
namespace {

class NativeEngine : public Engine {
 public:
  NativeEngine(const Model& model, Decoder decoder, int threads, std::unique_ptr<Encoder> encoder)
      : model_(model), decoder_(std::move(decoder)), threads_(threads), encoder_(std::move(encoder)) {}

  void stop_when(std::function<bool()> asked) override { asked_ = std::move(asked); }

  Status encode(std::span<const float> mel, std::span<const int> frames) override {
    const Dimensions& d = model_.dimensions();
    const std::size_t size = static_cast<std::size_t>(d.bands) * 3000;
    written_.clear();
    while (windows_.size() > frames.size()) windows_.pop_back();
    while (windows_.size() < frames.size()) windows_.push_back({SpeechMemory(d), 0});
    for (std::size_t w = 0; w < windows_.size(); ++w) {
      if (asked_()) return cancelled();
      TRY_VOID(encoder_->encode(mel.subspan(w * size, size)));
      windows_[w].frames = std::clamp(frames[w] / 2, 1, d.audio_positions);
      each(static_cast<std::size_t>(d.decoder_layers), [&](std::size_t layer) {
        windows_[w].memory.set_keys(static_cast<int>(layer), encoder_->output(2 * layer));
        windows_[w].memory.set_values(static_cast<int>(layer), encoder_->output(2 * layer + 1));
      });
    }
    return {};
  }

  Result<std::vector<std::vector<float>>> languages() override {
    std::vector<std::vector<float>> out(windows_.size());
    each(out.size(), [&](std::size_t w) { out[w] = detect_language(model_, decoder_, windows_[w]); });
    return out;
  }

  Result<std::vector<Hypothesis>> generate(std::span<const GenerateRow> rows,
                                           const GenerateOptions& options) override {
    std::vector<Written> out(rows.size());
    std::atomic<std::size_t> next = 0;
    const auto take = [&] { return next.fetch_add(1); };
    std::atomic<bool> stopped = false;
    const auto halted = [&, caller = std::this_thread::get_id()] {
      if (std::this_thread::get_id() == caller && asked_()) stopped = true;
      return stopped.load();
    };
    // Each thread writes texts of its own from start to end: nothing to wait for in between.
    each(static_cast<std::size_t>(threads_),
         [&](std::size_t) { write_texts(model_, decoder_, windows_, rows, options, take, halted, out); });
    if (stopped) return cancelled();
    std::vector<Hypothesis> hypotheses;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& place = written_[{rows[i].window, out[i].hypothesis.tokens}];
      place = std::move(out[i].alignment);
      hypotheses.push_back(std::move(out[i].hypothesis));
    }
    return hypotheses;
  }

  Result<std::vector<Alignment>> align(std::span<const AlignRow> rows) override {
    std::vector<Alignment> out(rows.size());
    each(rows.size(), [&](std::size_t i) {
      const AlignRow& row = rows[i];
      if (row.tokens.empty()) return;
      // Attention was seen while the text was written; a text that was changed since is read once more.
      const auto known = written_.find({row.window, row.tokens});
      out[i] = known != written_.end()
                   ? known->second
                   : align_text(model_, decoder_, windows_[static_cast<std::size_t>(row.window)],
                                row.language, row.tokens);
    });
    return out;
  }

 private:
  static tl::unexpected<Error> cancelled() { return fail(ErrorCode::Cancelled, "transcription was stopped"); }

  // Runs work(0) to work(count - 1) on the engine's threads; this one takes part.
  template <typename F>
  void each(std::size_t count, const F& work) const {
    std::atomic<std::size_t> next = 0;
    const auto run = [&] {
      for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
    };
    std::vector<std::jthread> helpers;
    for (std::size_t t = 1; t < std::min(count, static_cast<std::size_t>(threads_)); ++t)
      helpers.emplace_back(run);
    run();
  }

  const Model& model_;
  Decoder decoder_;
  int threads_;
  std::unique_ptr<Encoder> encoder_;
  std::function<bool()> asked_ = [] { return false; };
  std::vector<Heard> windows_;
  std::map<std::pair<int, std::vector<Token>>, Alignment> written_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_native_engine(const Model& model, int threads,
                                                   std::unique_ptr<Encoder> encoder) {
  return std::make_unique<NativeEngine>(model, TRY(Decoder::load(model)), threads, std::move(encoder));
}

}  // namespace skald::whisper
