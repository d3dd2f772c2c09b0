#include "engines/cloud_speech/transcribe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/files.hpp"
#include "engines/cloud_speech/pieces.hpp"
#include "engines/cloud_speech/reply.hpp"
#include "engines/cloud_speech/request.hpp"
#include "engines/whisper/units.hpp"
#include "formats/transcript.hpp"
#include "platform/wav/wav.hpp"
#include "platform/worker/units.hpp"

namespace skald::cloud_speech {
namespace fs = std::filesystem;
namespace {

using whisper::ChunkPlan;

constexpr Seconds kShortest{15};  // a piece is not cut below that

class Run {
 public:
  Run(const Job& job, const Surroundings& with, const WavFile& audio)
      : job_(job), with_(with), audio_(audio) {}

  Result<std::vector<Chunk>> piece(const ChunkPlan& plan) {
    const fs::path file = job_.units / "piece.flac";
    TRY_VOID(with_.make_flac(job_.audio, plan.pieces, file));
    const std::string flac = TRY(read_file(file));
    std::error_code ignored;
    fs::remove(file, ignored);
    auto answer = TRY(ask(job_, flac, {with_.send, with_.clock, with_.cancel, with_.note}));
    if (answer.too_large) return halves(plan, flac.size());
    auto chunks = TRY(parse_reply(answer.body, to_seconds(plan.length())));
    for (Chunk& chunk : chunks) into_recording(chunk, plan);
    return chunks;
  }

 private:
  Result<std::vector<Chunk>> halves(const ChunkPlan& plan, std::size_t bytes) {
    const Seconds half{to_seconds(plan.length()).value / 2};
    if (half < kShortest)
      return fail(ErrorCode::Unavailable,
                  fmt::format("{} takes no files of {} kB", job_.service.name, bytes / 1000));
    with_.note(
        fmt::format("{} takes no files of {} kB: cutting the piece in two", job_.service.name, bytes / 1000));
    std::vector<Chunk> all;
    for (const ChunkPlan& part : plan_pieces(audio_, spans_of(plan), half)) {
      auto chunks = TRY(piece(part));
      std::move(chunks.begin(), chunks.end(), std::back_inserter(all));
    }
    return all;
  }

  static std::vector<Span> spans_of(const ChunkPlan& plan) {
    std::vector<Span> spans;
    spans.reserve(plan.pieces.size());
    for (const whisper::Piece& p : plan.pieces) spans.push_back({to_seconds(p.start), to_seconds(p.end)});
    return spans;
  }

  static void into_recording(Chunk& chunk, const ChunkPlan& plan) {
    for (Word& word : chunk.words) {
      const Seconds middle{(word.span.start.value + word.span.end.value) / 2};
      word.span.start = to_millisecond(plan.to_recording(word.span.start, middle));
      word.span.end = to_millisecond(plan.to_recording(word.span.end, middle));
    }
    chunk.span = {chunk.words.front().span.start, chunk.words.back().span.end};
  }

  const Job& job_;
  const Surroundings& with_;
  const WavFile& audio_;
};

Json unit_of(const ChunkPlan& plan, const std::vector<Chunk>& chunks) {
  Json unit = {{"first", plan.pieces.front().start.value},
               {"last", plan.pieces.back().end.value},
               {"chunks", Json::array()}};
  for (const Chunk& chunk : chunks) unit["chunks"].push_back(to_json(chunk));
  return unit;
}

// Nothing where the unit is missing, damaged, or not of this piece.
std::optional<std::vector<Chunk>> read_unit(const fs::path& file, const ChunkPlan& plan) {
  const auto unit = read_json_file(file);
  if (!unit || get_or(*unit, "first", std::int64_t{-1}) != plan.pieces.front().start.value ||
      get_or(*unit, "last", std::int64_t{-1}) != plan.pieces.back().end.value || !unit->contains("chunks"))
    return std::nullopt;
  std::vector<Chunk> chunks;
  for (const Json& entry : unit->at("chunks")) {
    auto chunk = chunk_from_json(entry);
    if (!chunk) return std::nullopt;
    chunks.push_back(std::move(*chunk));
  }
  return chunks;
}

}  // namespace

Status transcribe(const Job& job, const Surroundings& with) {
  const WavFile audio = TRY(WavFile::open(job.audio));
  TRY_VOID(make_directories(job.units));
  TRY_VOID(make_directories(job.output));
  const Seconds longest = job.longest.value > 0 ? job.longest : longest_piece(job.languages.size());
  const std::vector<ChunkPlan> plans = plan_pieces(audio, job.speech, longest);
  Run run(job, with, audio);
  std::vector<Chunk> all;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const fs::path file = unit_file(job.units, i);
    auto chunks = read_unit(file, plans[i]);
    if (!chunks) {
      if (with.cancel.cancelled()) return fail(ErrorCode::Cancelled, "transcription was stopped");
      chunks = TRY(run.piece(plans[i]));
      TRY_VOID(write_file_atomic(file, to_line(unit_of(plans[i], *chunks))));
      chunks = read_unit(file, plans[i]);  // what is on disk is what counts
      if (!chunks) return fail(ErrorCode::Io, "cannot read back '" + file.string() + "'");
    }
    std::move(chunks->begin(), chunks->end(), std::back_inserter(all));
    with.progress(static_cast<double>(i + 1) / static_cast<double>(plans.size()));
  }
  return whisper::write_words(job.output / "words.json", job.service.name + ":" + job.service.model, all);
}

}  // namespace skald::cloud_speech
