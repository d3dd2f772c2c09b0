#include "engines/whisper/job.hpp"

#include <algorithm>
#include <optional>

#include "base/files.hpp"
#include "engines/whisper/backend.hpp"
#include "engines/whisper/ct2_engine.hpp"
#include "engines/whisper/transcriber.hpp"
#include "engines/whisper/tune.hpp"
#include "engines/whisper/units.hpp"
#include "formats/transcript.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

struct Job {
  fs::path audio, speech, model, units, output;
  std::vector<std::string> languages;
  std::string hotwords;
  int threads = 2;
  int batch = 0;
  int beam = 1;
  DecoderKind decoder = DecoderKind::Native;
  Precision precision = Precision::F32;
  std::optional<Card> card;
};

constexpr int kCardBatch = 16;

Result<std::string> text_field(const Json& job, std::string_view key) {
  std::string value = get_or(job, key, std::string());
  if (value.empty()) return fail(ErrorCode::Usage, "the job has no '" + std::string(key) + "'");
  return value;
}

Result<int> number_field(const Json& job, std::string_view key, int otherwise, int least, int most) {
  const int value = get_or(job, key, otherwise);
  if (value < least || value > most)
    return fail(ErrorCode::Usage, "'" + std::string(key) + "' is " + std::to_string(value) + "; " +
                                      std::to_string(least) + " to " + std::to_string(most) + " is possible");
  return value;
}

Result<Job> read_job(const Json& json) {
  Job job;
  job.audio = TRY(text_field(json, "audio"));
  job.speech = TRY(text_field(json, "speech"));
  job.model = TRY(text_field(json, "model"));
  job.units = TRY(text_field(json, "units"));
  job.output = TRY(text_field(json, "output"));
  if (const auto it = json.find("languages"); it != json.end() && it->is_array())
    for (const Json& code : *it)
      if (code.is_string()) job.languages.push_back(code.get<std::string>());
  job.hotwords = get_or(json, "hotwords", std::string());
  job.threads = TRY(number_field(json, "threads", 2, 1, 256));
  job.batch = TRY(number_field(json, "batch", 0, 0, 64));
  job.beam = TRY(number_field(json, "beam", 1, 1, 16));
  if (const std::string device = get_or(json, "device", std::string("cpu")); device == "cuda") {
    job.card = Card{TRY(number_field(json, "card", 0, 0, 1023)),
                    TRY(card_compute_from(get_or(json, "precision", std::string("float16"))))};
    return job;
  } else if (device != "cpu") {
    return fail(ErrorCode::Usage, "unknown device '" + device + "' (cpu or cuda)");
  }
  job.decoder = TRY(decoder_from(get_or(json, "decoder", std::string("auto")), job.beam));
  job.precision = TRY(precision_from(get_or(json, "precision", std::string("auto"))));
  return job;
}

std::vector<ChunkPlan> plan(const WavFile& audio, const std::vector<Span>& speech) {
  const auto quietest = [&](Piece where) {
    std::vector<float> samples(static_cast<std::size_t>(where.length().value));
    audio.read_float(where.start, samples);
    return where.start + Samples{static_cast<std::int64_t>(quietest_offset(samples))};
  };
  return plan_chunks(speech, audio.length(), {}, quietest);
}

void tell(const Costs& costs, WorkerChannel& channel) {
  channel.metric("cpu_mel", costs.mel);
  channel.metric("cpu_encode", costs.encode);
  channel.metric("cpu_languages", costs.languages);
  channel.metric("cpu_generate", costs.generate);
  channel.metric("cpu_align", costs.align);
  channel.metric("cpu_names", costs.names);
}

Result<Json> transcribe(const Json& json, WorkerChannel& channel) {
  const Job job = TRY(read_job(json));
  const Model model = TRY(Model::open(job.model));
  TRY_VOID(model.check_languages(job.languages));
  const WavFile audio = TRY(WavFile::open(job.audio));
  const std::vector<Span> speech = TRY(read_speech(job.speech)).speech;
  const std::vector<ChunkPlan> plans = plan(audio, speech);
  const int usual = job.card ? kCardBatch : default_batch(model.dimensions());
  const auto batch = static_cast<std::size_t>(job.batch > 0 ? job.batch : usual);
  const std::size_t total = (plans.size() + batch - 1) / batch;
  TRY_VOID(make_directories(job.units));
  TRY_VOID(make_directories(job.output));

  std::unique_ptr<Engine>
      engine;  // made when the first unit is missing: a finished job needs no model in memory
  std::optional<Transcriber> transcriber;
  std::vector<Chunk> chunks;
  for (std::size_t i = 0; i < total; ++i) {
    const auto part = std::span(plans).subspan(i * batch, std::min(batch, plans.size() - i * batch));
    auto unit = read_unit(job.units, i, part);
    if (!unit) {
      if (channel.cancelled()) return fail(ErrorCode::Cancelled, "transcription was stopped");
      channel.progress(static_cast<double>(i) / static_cast<double>(total), "transcribe");
      if (!engine) {
        engine = TRY(make_engine(model, {job.threads, job.decoder, job.precision, job.card}));
        engine->stop_when([&] { return channel.cancelled(); });
        transcriber.emplace(model, *engine, audio, speech,
                            TranscribeOptions{job.languages, job.hotwords, job.beam});
      }
      unit = TRY(transcriber->transcribe(part, [&] { return channel.cancelled(); }));
      TRY_VOID(write_unit(job.units, i, *unit));
      unit =
          read_unit(job.units, i, part);  // what is on disk is what counts, also for the numbers' last digits
      if (!unit)
        return fail(ErrorCode::Io, "cannot read back what was written in '" + job.units.string() + "'");
    }
    channel.unit(i, total);
    std::ranges::move(*unit, std::back_inserter(chunks));
  }
  channel.progress(1, "transcribe");
  if (transcriber) tell(transcriber->costs(), channel);
  TRY_VOID(write_words(job.output / "words.json", model.folder().filename().string(), chunks));
  std::size_t words = 0;
  for (const Chunk& chunk : chunks) words += chunk.words.size();
  return Json{{"chunks", chunks.size()}, {"words", words}};
}

}  // namespace

Result<Json> run_job(const Json& job, WorkerChannel& channel) {
  const std::string task = get_or(job, "task", std::string("transcribe"));
  if (task == "transcribe") return transcribe(job, channel);
  if (task == "tune") return tune(job, channel);
  if (task == "card") return try_cuda();
  return fail(ErrorCode::Usage, "unknown task '" + task + "' (transcribe, tune or card)");
}

}  // namespace skald::whisper
