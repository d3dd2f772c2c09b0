#include "engines/whisper/ct2_engine.hpp"

#include <ctranslate2/models/whisper.h>
#include <ctranslate2/random.h>
#include <ctranslate2/utils.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <istream>
#include <map>
#include <optional>
#include <thread>

#include "engines/whisper/ct2_stream.hpp"
#include "engines/whisper/cuda_failure.hpp"
#include "platform/devices/cuda_libraries.hpp"

namespace skald::whisper {
namespace {

namespace ct2 = ctranslate2;

constexpr ct2::dim_t kMedianFilter = 7;
constexpr double kTokensPerSecond = 50;

class PieceStream : public std::istream {
 public:
  explicit PieceStream(std::vector<std::span<const std::byte>> pieces)
      : std::istream(nullptr), buffer_(std::move(pieces)) {
    rdbuf(&buffer_);
  }

 private:
  PieceBuffer buffer_;
};

// Serves the mapped model.bin, on request without the encoder's layers: CTranslate2 insists on one of them.
class MappedReader : public ct2::models::ModelReader {
 public:
  MappedReader(const Model& model, bool with_encoder) : files_(model.folder().string()) {
    pieces_ = model.weights().subset(
        [&](std::string_view name) {
          return with_encoder || !name.starts_with("encoder/layer_") ||
                 name.starts_with("encoder/layer_0/") || name.starts_with("encoder/layer_norm/");
        },
        storage_);
  }
  std::string get_model_id() const override { return files_.get_model_id(); }
  std::unique_ptr<std::istream> get_file(const std::string& name, const bool binary) override {
    if (name != "model.bin") return files_.get_file(name, binary);
    return std::make_unique<PieceStream>(pieces_);
  }

 private:
  ct2::models::ModelFileReader files_;
  std::vector<std::byte> storage_;
  std::vector<std::span<const std::byte>> pieces_;
};

Error failure_of(ct2::Device device, const std::exception& e) {
  if (dynamic_cast<const std::bad_alloc*>(&e) != nullptr)
    return {ErrorCode::OutOfMemory, "there is not enough memory for the speech model", {}};
  if (device == ct2::Device::CUDA) return cuda_failure(e.what());
  return {ErrorCode::Internal, std::string("CTranslate2: ") + e.what(), {}};
}

class Ct2Engine : public Engine {
 public:
  Ct2Engine(const Model& model, std::unique_ptr<ct2::models::WhisperReplica> replica, ct2::Device device,
            int threads, std::unique_ptr<Encoder> encoder)
      : model_(model),
        replica_(std::move(replica)),
        device_(device),
        threads_(threads),
        encoder_(std::move(encoder)) {}

  void stop_when(std::function<bool()> asked) override { asked_ = std::move(asked); }

  Status encode(std::span<const float> mel, std::span<const int> frames) override {
    windows_ = frames.size();
    encoded_.clear();
    const std::size_t mel_size = static_cast<std::size_t>(model_.dimensions().bands) * 3000;
    if (asked_()) return cancelled();
    if (device_ == ct2::Device::CUDA) return encode_windows(mel, windows_);
    for (std::size_t w = 0; w < windows_; ++w) {
      const auto in = mel.subspan(w * mel_size, mel_size);
      if (asked_()) return cancelled();
      if (!encoder_) {
        TRY_VOID(encode_windows(in, 1));
        continue;
      }
      TRY_VOID(encoder_->encode(in));
      append(std::as_bytes(encoder_->output(0).first(window_numbers())));
    }
    return {};
  }

  Result<std::vector<std::vector<float>>> languages() override {
    std::vector<std::vector<float>> out(windows_);
    if (model_.vocabulary().multilingual() == Multilingual::No) {
      for (auto& row : out) row = {1.0F};
      return out;
    }
    TRY_VOID(guarded([&] {
      const auto found = replica_->detect_language(view(encoded_, windows_));
      for (std::size_t w = 0; w < windows_; ++w) {
        std::map<std::string, float> by_code;
        for (const auto& [token, p] : found[w]) by_code[token.substr(2, token.size() - 4)] = p;
        for (const auto& [code, token] : model_.vocabulary().languages()) out[w].push_back(by_code[code]);
      }
    }));
    return out;
  }

  Result<std::vector<Hypothesis>> generate(std::span<const GenerateRow> rows,
                                           const GenerateOptions& options) override {
    std::vector<Hypothesis> out;
    if (rows.empty()) return out;
    std::vector<std::vector<std::size_t>> prompts;
    std::vector<int> windows;
    for (const GenerateRow& row : rows) {
      prompts.emplace_back(row.prompt.begin(), row.prompt.end());
      windows.push_back(row.window);
    }
    std::vector<std::byte> gathered;
    const std::vector<std::byte>& memory = select(windows, gathered);
    ct2::models::WhisperOptions settings;
    settings.beam_size = options.temperature > 0 ? 1 : static_cast<std::size_t>(options.beam);
    settings.return_scores = true;
    settings.return_no_speech_prob = true;
    settings.sampling_temperature = options.temperature > 0 ? static_cast<float>(options.temperature) : 1.0F;
    settings.sampling_topk = options.temperature > 0 ? 0 : 1;
    settings.max_length = static_cast<std::size_t>(model_.dimensions().text_positions);
    if (options.exactly > 0) {
      settings.max_length = 2 * static_cast<std::size_t>(options.exactly);  // half of it is for the prompt
      settings.suppress_tokens.push_back(static_cast<int>(model_.vocabulary().special().end));
    }
    const auto run = [&] {
      for (auto& r : replica_->generate(view(memory, rows.size()), prompts, settings)) {
        Hypothesis h;
        h.tokens.assign(r.sequences_ids[0].begin(), r.sequences_ids[0].end());
        // The score is a mean over the text tokens; the end of the text counts too.
        const auto length = static_cast<double>(h.tokens.size());
        h.average_log_probability = length > 0 ? r.scores[0] * length / (length + 1) : r.scores[0];
        h.no_speech_probability = r.no_speech_prob;
        std::erase_if(h.tokens, [&](Token t) { return !model_.vocabulary().is_text(t); });
        out.push_back(std::move(h));
      }
    };
    if (options.temperature == 0) {
      TRY_VOID(guarded(run));
      return out;
    }
    // CTranslate2 seeds its generator once for each thread: a thread of its own makes the draw depend on the
    // seed alone.
    Status status;
    std::thread([&] {
      ct2::set_random_seed(options.seed);
      ct2::set_num_threads(static_cast<std::size_t>(threads_));
      status = guarded(run);
    }).join();
    if (!status) return tl::unexpected(status.error());
    return out;
  }

  Result<std::vector<Alignment>> align(std::span<const AlignRow> rows) override {
    std::vector<Alignment> out(rows.size());
    std::map<Token, std::vector<std::size_t>> by_language;  // one call takes one language
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (!rows[i].tokens.empty()) by_language[rows[i].language].push_back(i);
    for (const auto& [language, members] : by_language) TRY_VOID(align_group(rows, language, members, out));
    return out;
  }

 private:
  static tl::unexpected<Error> cancelled() { return fail(ErrorCode::Cancelled, "transcription was stopped"); }

  std::size_t window_numbers() const {
    return static_cast<std::size_t>(model_.dimensions().audio_positions) *
           static_cast<std::size_t>(model_.dimensions().width);
  }

  void append(std::span<const std::byte> window) {
    encoded_.insert(encoded_.end(), window.begin(), window.end());
  }

  // On a card the whole batch at once. What comes back has the precision of the network, and goes back to the
  // card as it is: a copy over the bus is small beside the writing.
  Status encode_windows(std::span<const float> mel, std::size_t windows) {
    return guarded([&] {
      // CTranslate2 takes views of memory that it may not write to as plain pointers.
      const ct2::StorageView features({static_cast<ct2::dim_t>(windows), model_.dimensions().bands, 3000},
                                      const_cast<float*>(mel.data()));
      const ct2::StorageView result = replica_->encode(features, true);
      type_ = result.dtype();
      append({static_cast<const std::byte*>(result.buffer()),
              windows * window_numbers() * static_cast<std::size_t>(result.item_size())});
    });
  }

  ct2::StorageView view(const std::vector<std::byte>& memory, std::size_t windows) const {
    ct2::StorageView seen(type_);
    seen.view(
        const_cast<void*>(static_cast<const void*>(memory.data())),
        {static_cast<ct2::dim_t>(windows), model_.dimensions().audio_positions, model_.dimensions().width});
    return seen;
  }

  // The encoded windows of that list; the batch itself where it is the whole one, in order.
  const std::vector<std::byte>& select(const std::vector<int>& windows,
                                       std::vector<std::byte>& storage) const {
    bool whole = windows.size() == windows_;
    for (std::size_t i = 0; i < windows.size(); ++i) whole = whole && windows[i] == static_cast<int>(i);
    if (whole) return encoded_;
    const std::size_t size = encoded_.size() / windows_;
    storage.resize(windows.size() * size);
    for (std::size_t i = 0; i < windows.size(); ++i)
      std::memcpy(storage.data() + i * size, encoded_.data() + static_cast<std::size_t>(windows[i]) * size,
                  size);
    return storage;
  }

  Status align_group(std::span<const AlignRow> rows, Token language, const std::vector<std::size_t>& members,
                     std::vector<Alignment>& out) {
    std::vector<std::vector<std::size_t>> texts;
    std::vector<std::size_t> frames;
    std::vector<int> windows;
    for (const std::size_t i : members) {
      texts.emplace_back(rows[i].tokens.begin(), rows[i].tokens.end());
      frames.push_back(static_cast<std::size_t>(std::max(2, rows[i].frames)));
      windows.push_back(rows[i].window);
    }
    const SpecialTokens& s = model_.vocabulary().special();
    std::vector<std::size_t> start{s.start};
    if (model_.vocabulary().multilingual() == Multilingual::Yes) start = {s.start, language, s.transcribe};
    std::vector<std::byte> gathered;
    const std::vector<std::byte>& memory = select(windows, gathered);
    return guarded([&] {
      const auto found = replica_->align(view(memory, members.size()), start, texts, frames, kMedianFilter);
      for (std::size_t k = 0; k < members.size(); ++k) {
        Alignment& a = out[members[k]];
        a.probabilities = found[k].text_token_probs;
        ct2::dim_t previous = -1;
        for (const auto& [token, time] : found[k].alignments) {
          if (token != previous) a.starts.push_back(static_cast<double>(time) / kTokensPerSecond);
          previous = token;
        }
      }
    });
  }

  template <typename F>
  Status guarded(const F& work) const {
    try {
      work();
      return {};
    } catch (const std::exception& e) {
      return tl::unexpected(failure_of(device_, e));
    }
  }

  const Model& model_;
  std::unique_ptr<ct2::models::WhisperReplica> replica_;
  ct2::Device device_;
  int threads_;
  std::unique_ptr<Encoder> encoder_;
  std::function<bool()> asked_ = [] { return false; };
  std::size_t windows_ = 0;
  ct2::DataType type_ = ct2::DataType::FLOAT32;
  std::vector<std::byte> encoded_;  // of `type_`, window after window
};

struct Place {
  ct2::Device device = ct2::Device::CPU;
  ct2::ComputeType compute = ct2::ComputeType::INT8;
};

Result<std::unique_ptr<Engine>> load(const Model& model, const Place& place, int threads,
                                     std::unique_ptr<Encoder> encoder) {
  MappedReader reader(model, encoder == nullptr);
  const auto loaded = ct2::models::Model::load(reader, place.device, 0, place.compute);
  const auto whisper = std::dynamic_pointer_cast<const ct2::models::WhisperModel>(loaded);
  if (!whisper)
    return fail(ErrorCode::InvalidModel, "'" + model.folder().string() + "' is not a model of Whisper");
  auto replica = std::make_unique<ct2::models::WhisperReplica>(whisper);
  return std::make_unique<Ct2Engine>(model, std::move(replica), place.device, threads, std::move(encoder));
}

}  // namespace

Result<std::unique_ptr<Engine>> make_ct2_engine(const Model& model, int threads,
                                                std::unique_ptr<Encoder> encoder) {
  try {
    ct2::set_num_threads(static_cast<std::size_t>(threads));
    return load(model, {}, threads, std::move(encoder));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, "there is not enough memory for the speech model");
  } catch (const std::exception& e) {
    return fail(ErrorCode::InvalidModel,
                "CTranslate2 refuses '" + model.folder().string() + "': " + e.what());
  }
}

Result<std::unique_ptr<Engine>> make_cuda_engine(const Model& model, const Card& card) {
  // CUDA then sees this card alone and calls it 0. Cards that the user's own list leaves out are not chosen.
  ::setenv("CUDA_VISIBLE_DEVICES", std::to_string(card.index).c_str(), 1);
  try {
    // Without a driver that is the reason to tell, rather than a library that only a driver makes useful.
    ct2::set_device_index(ct2::Device::CUDA, 0);
    TRY(load_cublas());
    return load(model, {ct2::Device::CUDA, ct2::str_to_compute_type(card.compute)}, 1, nullptr);
  } catch (const std::exception& e) {
    return tl::unexpected(failure_of(ct2::Device::CUDA, e));
  }
}

Result<Json> try_cuda() {
  try {
    ct2::set_device_index(ct2::Device::CUDA, 0);
    const auto cublas = TRY(load_cublas());
    return Json{{"cards", ct2::get_device_count(ct2::Device::CUDA)}, {"cublas", cublas.string()}};
  } catch (const std::exception& e) {
    return tl::unexpected(failure_of(ct2::Device::CUDA, e));
  }
}

}  // namespace skald::whisper
