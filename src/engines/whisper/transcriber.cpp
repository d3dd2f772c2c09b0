#include "engines/whisper/transcriber.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include "base/text.hpp"
#include "engines/whisper/coverage.hpp"
#include "engines/whisper/guards.hpp"
#include "engines/whisper/prompt.hpp"
#include "engines/whisper/words.hpp"

namespace skald::whisper {
namespace {

constexpr std::size_t kMostHotwordTokens = 100;
constexpr std::array kTemperatures{0.2, 0.4, 0.6, 0.8};
constexpr double kWorstLogProbability = -1.0;
constexpr double kMostRepetition = 0.6;  // a text said twice has 0.5
constexpr double kEcho = 0.8;
constexpr double kSurelySpeech = 0.5;  // for text of a second look
constexpr double kSureLogProbability = -0.7;

tl::unexpected<Error> cancelled() {
  return fail(ErrorCode::Cancelled, "transcription was stopped");
}

// Adds the process's CPU seconds from construction to destruction.
class Meter {
 public:
  explicit Meter(double& sum) : sum_(sum), start_(now()) {}
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;
  ~Meter() { sum_ += now() - start_; }

 private:
  static double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
  double& sum_;
  double start_;
};

}  // namespace

Transcriber::Transcriber(const Model& model, Engine& engine, const WavFile& audio, std::vector<Span> speech,
                         TranscribeOptions options)
    : model_(model),
      engine_(engine),
      audio_(audio),
      speech_(std::move(speech)),
      options_(std::move(options)),
      hotwords_(hotword_tokens(model.vocabulary(), options_.hotwords, kMostHotwordTokens)),
      names_(options_.hotwords,
             [&](std::string_view word) {
               return model.vocabulary().encode(" " + std::string(word)).size() == 1 ||
                      model.vocabulary().encode(" " + ascii_lower(word)).size() == 1;
             }),
      mel_(model.dimensions().bands) {}

Status Transcriber::encode(std::span<const ChunkPlan> plans, const StopRequested& stop) {
  const std::size_t size = static_cast<std::size_t>(mel_.bands()) * kWindowFrames;
  mel_batch_.resize(plans.size() * size);
  frames_.assign(plans.size(), 0);
  std::vector<float> joined;
  std::optional<Meter> meter(costs_.mel);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    joined.resize(static_cast<std::size_t>(plans[i].length().value));
    std::span<float> rest = joined;
    for (const Piece& piece : plans[i].pieces) {
      const auto length = static_cast<std::size_t>(piece.length().value);
      audio_.read_float(piece.start, rest.first(length));
      rest = rest.subspan(length);
    }
    frames_[i] = LogMel::frames(joined.size());
    mel_.compute(joined, std::span(mel_batch_).subspan(i * size, size));
  }
  meter.emplace(costs_.encode);
  if (stop()) return cancelled();
  return engine_.encode(mel_batch_, frames_);
}

bool Transcriber::good(const Attempt& a) const {
  return a.repetition <= kMostRepetition && a.hypothesis.average_log_probability >= kWorstLogProbability;
}

// The likeliest text first; chunks where that is poor are sampled at rising temperatures, and the best
// attempt wins.
Result<std::vector<Transcriber::Attempt>> Transcriber::write(std::span<const GenerateRow> rows,
                                                             std::span<const ChunkPlan> plans,
                                                             Fallback fallback, const StopRequested& stop) {
  std::vector<Attempt> best;
  for (Hypothesis& h : TRY(engine_.generate(rows, {options_.beam, 0, 0}))) {
    const double again = repetition(h.tokens);
    best.push_back({std::move(h), 0, again});
  }
  if (fallback == Fallback::None) return best;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool silent =
        best[i].hypothesis.no_speech_probability > 0.6 && best[i].repetition <= kMostRepetition;
    for (std::size_t t = 0; t < kTemperatures.size() && !good(best[i]) && !silent; ++t) {
      if (stop()) return cancelled();
      // Drawn from the place in the recording: the same wherever a run was cut and however chunks are
      // batched.
      const auto draw =
          static_cast<std::uint32_t>(plans[i].pieces.front().start.value * 31 + static_cast<int>(t));
      auto sampled = TRY(engine_.generate(rows.subspan(i, 1), {1, kTemperatures[t], draw}));
      Attempt attempt{std::move(sampled[0]), kTemperatures[t], 0};
      attempt.repetition = repetition(attempt.hypothesis.tokens);
      const bool less_loops = attempt.repetition <= kMostRepetition && best[i].repetition > kMostRepetition;
      const bool likelier =
          attempt.repetition <= kMostRepetition &&
          attempt.hypothesis.average_log_probability > best[i].hypothesis.average_log_probability;
      if (good(attempt) || less_loops || likelier) best[i] = std::move(attempt);
    }
  }
  return best;
}

double Transcriber::speech_seconds(const ChunkPlan& plan) const {
  double sum = 0;
  for (const Piece& piece : plan.pieces) {
    const Span span{to_seconds(piece.start), to_seconds(piece.end)};
    for (const Span& s : speech_) sum += overlap(span, s).value;
  }
  return sum;
}

// Into the time of the recording. A word lies in the piece that holds its middle.
std::vector<Word> Transcriber::place(const ChunkPlan& plan, std::vector<Word> words) const {
  double from = plan.span().start.value;
  for (Word& w : words) {
    const Seconds middle{(w.span.start.value + w.span.end.value) / 2};
    w.span = {plan.to_recording(w.span.start, middle), plan.to_recording(w.span.end, middle)};
    w.span.start.value = std::max(w.span.start.value, from);
    w.span.end.value = std::max(w.span.end.value, w.span.start.value);
    from = w.span.start.value;
  }
  return words;
}

bool Transcriber::believable(const ChunkPlan& plan, const Chunk& chunk) const {
  std::string text;
  double probability = 0;
  for (const Word& w : chunk.words) {
    text += w.text;
    probability += w.probability / static_cast<double>(chunk.words.size());
  }
  if (!hotwords_.empty() && chunk.words.size() >= 2 && prompt_echo(text, options_.hotwords) >= kEcho &&
      (chunk.no_speech_probability > 0.3 || chunk.words.size() > 6))
    return false;
  const double seconds = speech_seconds(plan);
  return judge({chunk.no_speech_probability, chunk.average_log_probability, probability,
                seconds / to_seconds(plan.length()).value, seconds,
                static_cast<double>(chunk.words.size()) / std::max(0.1, seconds)}) == Verdict::Keep;
}

Result<std::vector<LanguageChoice>> Transcriber::languages(std::span<const ChunkPlan> plans) {
  const Meter meter(costs_.languages);
  const Vocabulary& vocabulary = model_.vocabulary();
  std::vector<std::vector<float>> probabilities(plans.size(),
                                                std::vector<float>(vocabulary.languages().size(), 1));
  if (options_.languages.size() > 1) probabilities = TRY(engine_.languages());
  std::vector<double> seconds;
  for (const ChunkPlan& plan : plans) seconds.push_back(speech_seconds(plan));
  return choose_languages(vocabulary, options_.languages, probabilities, seconds);
}

// Texts of rows whose windows are those of `plans` by their number.
Result<std::vector<Chunk>> Transcriber::written(std::span<const GenerateRow> rows,
                                                std::span<const ChunkPlan> plans,
                                                std::span<const LanguageChoice> languages, Fallback fallback,
                                                const StopRequested& stop) {
  std::vector<ChunkPlan> chosen;
  for (const GenerateRow& row : rows) chosen.push_back(plans[static_cast<std::size_t>(row.window)]);
  if (stop()) return cancelled();
  std::vector<Attempt> attempts = TRY(write(rows, chosen, fallback, stop));
  std::vector<AlignRow> texts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto window = static_cast<std::size_t>(rows[i].window);
    texts.push_back({rows[i].window, languages[window].token, without_loops(attempts[i].hypothesis.tokens),
                     frames_[window]});
  }
  if (stop()) return cancelled();
  const std::vector<Alignment> alignments = TRY(engine_.align(texts));

  std::vector<Chunk> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Hypothesis& h = attempts[i].hypothesis;
    const LanguageChoice& language = languages[static_cast<std::size_t>(rows[i].window)];
    Chunk chunk{chosen[i].span(),
                language.code,
                language.probability,
                h.no_speech_probability,
                h.average_log_probability,
                attempts[i].temperature,
                {}};
    const auto grouped = split_words(model_.vocabulary(), texts[i].tokens, language.code);
    chunk.words = place(chosen[i], timed_words(grouped, alignments[i], to_seconds(chosen[i].length())));
    if (!believable(chosen[i], chunk)) chunk.words.clear();
    out.push_back(std::move(chunk));
  }
  return out;
}

// The model is not told of names at first: a list of names that nobody says disturbs it everywhere. Chunks in
// which something sounds like a name are written once more with the names in mind, and only names are taken.
Status Transcriber::mend_names(std::span<const ChunkPlan> plans, std::span<const LanguageChoice> languages,
                               std::vector<Chunk>& chunks, const StopRequested& stop) {
  const Meter meter(costs_.names);
  std::vector<GenerateRow> rows;
  for (std::size_t i = 0; i < plans.size(); ++i)
    if (names_.may_be_meant(chunks[i].words))
      rows.push_back({static_cast<int>(i), make_prompt(model_.vocabulary(), hotwords_, languages[i].token)});
  if (rows.empty()) return {};
  const auto prompted = TRY(written(rows, plans, languages, Fallback::None, stop));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    Chunk& chunk = chunks[static_cast<std::size_t>(rows[k].window)];
    if (prompted[k].average_log_probability >= kWorstLogProbability)
      chunk.words = names_.mended(chunk.words, prompted[k].words);
  }
  return {};
}

Result<std::vector<Chunk>> Transcriber::recognise(std::span<const ChunkPlan> plans,
                                                  std::span<const LanguageChoice> languages,
                                                  const StopRequested& stop) {
  std::vector<GenerateRow> rows;
  rows.reserve(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i)
    rows.push_back({static_cast<int>(i), make_prompt(model_.vocabulary(), {}, languages[i].token)});
  std::optional<Meter> meter(costs_.generate);
  auto chunks = TRY(written(rows, plans, languages, Fallback::Sample, stop));
  meter.reset();
  if (!names_.empty()) TRY_VOID(mend_names(plans, languages, chunks, stop));
  return chunks;
}

// A second look at speech that got no text, on its own and in the language of its chunk. Only text that the
// model is sure of is taken.
Status Transcriber::look_again(std::span<const ChunkPlan> plans, std::vector<Chunk>& chunks,
                               const StopRequested& stop) {
  std::vector<ChunkPlan> missed;
  std::vector<std::size_t> owner;
  std::vector<LanguageChoice> languages;
  for (std::size_t i = 0; i < plans.size(); ++i)
    for (ChunkPlan& part : missed_speech(plans[i], chunks[i].words, speech_)) {
      if (part == plans[i]) continue;  // the same audio would give the same
      missed.push_back(std::move(part));
      owner.push_back(i);
      languages.push_back({chunks[i].language, model_.vocabulary().languages().at(chunks[i].language),
                           chunks[i].language_probability});
    }
  for (std::size_t first = 0; first < missed.size(); first += plans.size()) {
    const std::size_t count = std::min(plans.size(), missed.size() - first);
    const auto part = std::span(missed).subspan(first, count);
    TRY_VOID(encode(part, stop));
    const auto found = TRY(recognise(part, std::span(languages).subspan(first, count), stop));
    for (std::size_t k = 0; k < count; ++k)
      if (found[k].temperature == 0 && found[k].no_speech_probability < kSurelySpeech &&
          found[k].average_log_probability > kSureLogProbability)
        insert_words(chunks[owner[first + k]].words, found[k].words);
  }
  return {};
}

Result<std::vector<Chunk>> Transcriber::transcribe(std::span<const ChunkPlan> plans,
                                                   const StopRequested& stop) {
  TRY_VOID(encode(plans, stop));
  if (stop()) return cancelled();
  const auto chosen = TRY(languages(plans));
  auto chunks = TRY(recognise(plans, chosen, stop));
  TRY_VOID(look_again(plans, chunks, stop));
  return chunks;
}

}  // namespace skald::whisper
