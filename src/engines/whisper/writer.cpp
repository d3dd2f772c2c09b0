#include "engines/whisper/writer.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "engines/whisper/alignment.hpp"

namespace skald::whisper {
namespace {

constexpr std::size_t kTextsAtOnce = 8;
constexpr float kNever = -1e30F;
constexpr double kTokensPerSecond = 50;

// Choice of the next token from its logits.
class Chooser {
 public:
  Chooser(const Model& model, const GenerateOptions& options)
      : model_(model), options_(options), draws_(options.seed) {}

  struct Choice {
    Token token;
    double log_probability;  // among the tokens that are allowed here
  };

  // Changes the logits. Only text and its end are allowed.
  Choice next(std::span<float> logits, bool first) {
    const Token end = model_.vocabulary().special().end;
    const std::span<float> allowed = logits.first(end + (options_.exactly > 0 ? 0 : 1));
    for (const Token t : model_.suppressed())
      if (t < end) allowed[t] = kNever;
    if (first)
      for (const Token t : model_.suppressed_first())
        if (t < allowed.size()) allowed[t] = kNever;
    const auto best = std::ranges::max_element(allowed);
    const float max = *best;
    const double norm =
        max + std::log(kernels().sum_exp(allowed.data(), static_cast<int>(allowed.size()), max));
    auto token = static_cast<Token>(best - allowed.begin());
    if (options_.temperature > 0) {
      const std::vector<float> raw(allowed.begin(), allowed.end());
      token = draw(allowed);
      return {token, raw[token] - norm};
    }
    return {token, max - norm};
  }

 private:
  Token draw(std::span<float> logits) {
    for (float& l : logits) l = std::max(kNever, l / static_cast<float>(options_.temperature));
    kernels().softmax(logits.data(), static_cast<int>(logits.size()));
    const double u = static_cast<double>(draws_()) / 4294967296.0;
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      sum += logits[i];
      if (u < sum) return static_cast<Token>(i);
    }
    return model_.vocabulary().special().end;
  }

  const Model& model_;
  const GenerateOptions& options_;
  std::mt19937 draws_;
};

double probability(std::span<const float> logits, Token token) {
  const float max = *std::ranges::max_element(logits);
  return std::exp(static_cast<double>(logits[token]) - max) /
         kernels().sum_exp(logits.data(), static_cast<int>(logits.size()), max);
}

// Seconds at which tokens begin; one more for the end of the last.
std::vector<double> starts_from(const Decoder& decoder, const TextState& state, int first) {
  const int kept = state.tokens - state.first_kept;
  std::vector<double> starts;
  for (const int frame : token_frames(state.attention, kept, decoder.alignment_heads(), state.frames, first))
    starts.push_back(frame / kTokensPerSecond);
  return starts;
}

// Tokens from <|startoftranscript|> to the text.
int prompt_rows(const Model& model) {
  return model.vocabulary().multilingual() == Multilingual::Yes ? 3 : 1;
}

struct Running {
  std::size_t row;
  TextState state;
  Chooser chooser;
  Written written;
  double sum = 0;
  Token last = 0;
};

class Batch {
 public:
  Batch(const Model& model, const Decoder& decoder, const GenerateOptions& options, std::span<Written> out)
      : model_(model), decoder_(decoder), options_(options), out_(out) {}

  bool full() const { return running_.size() == kTextsAtOnce; }
  bool empty() const { return running_.empty(); }

  void begin(std::size_t number, const GenerateRow& row, const Heard& window) {
    auto text = std::make_unique<Running>(Running{number, {}, Chooser(model_, options_), {}});
    const SpecialTokens& special = model_.vocabulary().special();
    const auto start = static_cast<int>(std::ranges::find(row.prompt, special.start) - row.prompt.begin());
    text->state.speech = &window.memory;
    text->state.frames = window.frames;
    text->state.first_kept = start;
    const auto vocabulary = static_cast<std::size_t>(decoder_.vocabulary());
    std::vector<Decoder::Row> rows;
    rows.reserve(row.prompt.size());
    for (const Token t : row.prompt) rows.push_back({&text->state, t});
    const int wanted[] = {start, static_cast<int>(rows.size()) - 1};
    decoder_.forward(rows, wanted, work_);
    const std::span<float> logits = work_.logits;
    text->written.hypothesis.no_speech_probability = probability(logits.first(vocabulary), special.no_speech);
    running_.push_back(std::move(text));
    if (ended(*running_.back(), logits.subspan(vocabulary))) running_.pop_back();
  }

  void step() {
    rows_.clear();
    wanted_.clear();
    for (auto& text : running_) {
      wanted_.push_back(static_cast<int>(rows_.size()));
      rows_.push_back({&text->state, text->last});
    }
    decoder_.forward(rows_, wanted_, work_);
    const auto vocabulary = static_cast<std::size_t>(decoder_.vocabulary());
    std::size_t i = 0;
    std::erase_if(running_, [&](auto& text) {
      return ended(*text, std::span(work_.logits).subspan(i++ * vocabulary, vocabulary));
    });
  }

 private:
  // Takes the next token. True when the text is finished and stands in its place.
  bool ended(Running& text, std::span<float> logits) {
    Hypothesis& h = text.written.hypothesis;
    const auto choice = text.chooser.next(logits, h.tokens.empty());
    text.sum += choice.log_probability;
    const int most = model_.dimensions().text_positions;
    const int longest = options_.exactly > 0 ? options_.exactly : most / 2;
    const bool over = choice.token == model_.vocabulary().special().end;
    if (!over) {
      text.last = choice.token;
      h.tokens.push_back(choice.token);
      text.written.alignment.probabilities.push_back(static_cast<float>(std::exp(choice.log_probability)));
    }
    if (!over && static_cast<int>(h.tokens.size()) < longest && text.state.tokens < most) return false;
    h.average_log_probability = text.sum / static_cast<double>(h.tokens.size() + (over ? 1 : 0));
    if (!h.tokens.empty())
      text.written.alignment.starts = starts_from(decoder_, text.state, prompt_rows(model_));
    out_[text.row] = std::move(text.written);
    return true;
  }

  const Model& model_;
  const Decoder& decoder_;
  const GenerateOptions& options_;
  std::span<Written> out_;
  std::vector<std::unique_ptr<Running>> running_;
  std::vector<Decoder::Row> rows_;
  std::vector<int> wanted_;
  Decoder::Work work_;
};

}  // namespace

void write_texts(const Model& model, const Decoder& decoder, std::span<const Heard> windows,
                 std::span<const GenerateRow> rows, const GenerateOptions& options, const TakeRow& take,
                 const Halted& halted, std::span<Written> out) {
  Batch batch(model, decoder, options, out);
  bool more = true;
  while ((more || !batch.empty()) && !halted()) {
    while (more && !batch.full()) {
      const std::size_t i = take();
      more = i < rows.size();
      if (more) batch.begin(i, rows[i], windows[static_cast<std::size_t>(rows[i].window)]);
    }
    if (!batch.empty()) batch.step();
  }
}

std::vector<float> detect_language(const Model& model, const Decoder& decoder, const Heard& window) {
  std::vector<float> out;
  if (model.vocabulary().multilingual() == Multilingual::No) return {1.0F};
  TextState state;
  state.speech = &window.memory;
  state.frames = window.frames;
  const Decoder::Row row{&state, model.vocabulary().special().start};
  const int wanted = 0;
  Decoder::Work work;
  decoder.forward({&row, 1}, {&wanted, 1}, work);
  for (const auto& [code, token] : model.vocabulary().languages()) out.push_back(work.logits[token]);
  kernels().softmax(out.data(), static_cast<int>(out.size()));
  return out;
}

Alignment align_text(const Model& model, const Decoder& decoder, const Heard& window, Token language,
                     std::span<const Token> tokens) {
  const SpecialTokens& s = model.vocabulary().special();
  std::vector<Token> all{s.start};
  if (model.vocabulary().multilingual() == Multilingual::Yes) all.insert(all.end(), {language, s.transcribe});
  all.push_back(s.no_timestamps);
  const auto room = static_cast<std::size_t>(model.dimensions().text_positions) - all.size();
  tokens = tokens.first(std::min(tokens.size(), room));
  const auto first = all.size();  // of the text
  all.insert(all.end(), tokens.begin(), tokens.end());
  TextState state;
  state.speech = &window.memory;
  state.frames = window.frames;
  Alignment out;
  Decoder::Work work;
  for (std::size_t at = 0; at < all.size(); at += kTextsAtOnce) {
    std::vector<Decoder::Row> rows;
    std::vector<int> wanted;
    for (std::size_t i = at; i < std::min(all.size(), at + kTextsAtOnce); ++i) {
      if (i + 1 >= first && i + 1 < all.size()) wanted.push_back(static_cast<int>(rows.size()));
      rows.push_back({&state, all[i]});
    }
    decoder.forward(rows, wanted, work);
    for (std::size_t w = 0; w < wanted.size(); ++w) {
      const Token token = all[at + static_cast<std::size_t>(wanted[w]) + 1];
      const auto logits = std::span<const float>(work.logits)
                              .subspan(w * static_cast<std::size_t>(decoder.vocabulary()), s.end + 1);
      out.probabilities.push_back(static_cast<float>(probability(logits, token)));
    }
  }
  out.starts = starts_from(decoder, state, prompt_rows(model));
  return out;
}

}  // namespace skald::whisper
