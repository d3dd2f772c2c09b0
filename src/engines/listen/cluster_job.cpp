#include <filesystem>
#include <optional>

#include "domain/diarization/diarize.hpp"
#include "engines/listen/arrays.hpp"
#include "engines/listen/jobs.hpp"
#include "formats/diarization.hpp"
#include "formats/listen/listen_file.hpp"

namespace skald::listen {

namespace {

Result<std::optional<std::size_t>> read_number(const Json& job, const char* key) {
  const int value = get_or(job, key, 0);
  if (value < 0 || value > 100) {
    return fail(ErrorCode::Usage, std::string(key) + " must be from 1 to 100",
                "Give a number of people, or leave it out.");
  }
  return value == 0 ? std::nullopt : std::optional<std::size_t>(value);
}

Result<DiarizeOptions> read_cluster_options(const Json& job) {
  DiarizeOptions options;
  PeopleCount& count = options.count;
  count.exact = TRY(read_number(job, "speakers"));
  count.least = TRY(read_number(job, "min_speakers"));
  count.most = TRY(read_number(job, "max_speakers"));
  count.people = TRY(read_number(job, "people"));
  if (count.least && count.most && *count.least > *count.most) {
    return fail(ErrorCode::Usage, "min_speakers is larger than max_speakers");
  }
  const auto clusterer = get_or(job, "clusterer", std::string("voices"));
  if (clusterer != "voices" && clusterer != "vbx") {
    return fail(ErrorCode::Usage, "unknown clusterer '" + clusterer + "'", "Use voices or vbx.");
  }
  if (clusterer == "vbx") options.clusterer = Clusterer::Vbx;
  return options;
}

Json speakers_to_json(const std::vector<SpeakerVoice>& voices) {
  Json list = Json::array();
  for (const SpeakerVoice& voice : voices) {
    list.push_back(
        {{"id", voice.id}, {"seconds", json_time(voice.speech.value)}, {"centroid", voice.centroid}});
  }
  return {{"speakers", list}};
}

}  // namespace

Result<Json> run_cluster(const Json& job, WorkerChannel& channel) {
  const std::filesystem::path output = get_or(job, "output", std::string());
  if (output.empty()) return fail(ErrorCode::Usage, "the job names no output folder");
  TRY_VOID(make_directories(output));
  const auto options = TRY(read_cluster_options(job));
  const auto plda = TRY(read_plda(get_or(job, "models", std::string())));
  const auto data = TRY(read_listen_file(get_or(job, "listen", std::string())));
  channel.progress(0, "speakers");
  const DiarizeResult found = diarize(data, plda, options);
  TRY_VOID(write_file_atomic(output / "turns.json", to_pretty(to_json(found.diarization))));
  TRY_VOID(write_file_atomic(output / "speakers.json", to_pretty(speakers_to_json(found.voices))));
  channel.progress(1, "speakers");
  return Json{{"speakers", found.voices.size()}, {"turns", found.diarization.turns.size()}};
}

Result<Json> run_job(const Json& job, WorkerChannel& channel) {
  const auto task = get_or(job, "task", std::string("listen"));
  if (task == "listen") return run_listen(job, channel);
  if (task == "cluster") return run_cluster(job, channel);
  return fail(ErrorCode::Usage, "unknown task '" + task + "'", "Use listen or cluster.");
}

}  // namespace skald::listen
