#include "service/models/tuning.hpp"

#include <array>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

// Changes with everything that could make another choice better: the answer of another machine that shares
// the store, or of an older program, is not taken.
Result<std::string> tuning_name(Store& store, const TuningRequest& request) {
  const std::string cpuinfo = read_file("/proc/cpuinfo", 64 << 20).value_or(std::string());
  const Json parts = {{"processor", processor_features(cpuinfo)},
                      {"threads", request.threads},
                      {"engines", SKALD_ENGINES},
                      {"program", TRY(model_identity(store, request.program))},
                      {"model", request.identity}};
  return "tuning:" + sha256(to_line(parts));
}

// Nothing where none is kept, or none that can be read.
Result<std::optional<SpeechTuning>> kept(Store& store, const std::string& name) {
  const auto text = TRY(store.fact(name));
  if (!text) return std::nullopt;
  const auto json = parse_json(*text, "database");
  const auto tuning = json ? tuning_from(*json) : tl::unexpected(json.error());
  if (!tuning) return std::nullopt;
  return *tuning;
}

}  // namespace

std::string processor_features(std::string_view cpuinfo) {
  // x86 names its features "flags", Arm "Features".
  constexpr std::array<std::string_view, 7> kinds = {"vendor_id", "model name", "cpu family", "model",
                                                     "stepping",  "flags",      "Features"};
  std::string found;
  for (const std::string& line : split(std::string(cpuinfo), '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) {
      if (!found.empty()) break;  // an empty line ends the first processor
      continue;
    }
    const auto key = trim(std::string_view(line).substr(0, colon));
    for (const std::string_view kind : kinds)
      if (key == kind) found += std::string(key) + ":" + std::string(trim(line.substr(colon + 1))) + "\n";
  }
  return found;
}

Json to_json(const SpeechTuning& tuning) {
  return {{"precision", tuning.precision},
          {"decoder", tuning.decoder},
          {"threads", tuning.threads},
          {"measured", tuning.measured}};
}

Result<SpeechTuning> tuning_from(const Json& json) {
  SpeechTuning tuning{get_or(json, "precision", std::string()), get_or(json, "decoder", std::string()),
                      get_or(json, "threads", 0), json.value("measured", Json::object())};
  if (tuning.precision.empty() || tuning.decoder.empty() || tuning.threads < 1)
    return fail(ErrorCode::Damaged, "this is not what was measured of a speech model: " + to_line(json));
  return tuning;
}

Result<SpeechTuning> speech_tuning(Store& store, WorkerRunner& workers, const TuningRequest& request,
                                   const std::function<void(std::string_view)>& told,
                                   const CancelToken& cancel) {
  const std::string name = TRY(tuning_name(store, request));
  const bool again = request.measure == Measure::Again;
  if (!again)
    if (auto found = TRY(kept(store, name))) return *found;
  const FileLock lock = TRY(FileLock::lock(store.home() / "locks" / ("tuning-" + name.substr(7)), cancel));
  if (!again)  // another run may have measured while this one waited
    if (auto found = TRY(kept(store, name))) return *found;
  told("Measuring what suits the speech model '" + request.model.filename().string() +
       "' on this machine (once, a few seconds)");
  const Json job = {{"task", "tune"}, {"model", request.model.string()}, {"threads", request.threads}};
  auto answer = workers.run("worker_asr", job, {}, cancel);
  if (!answer && answer.error().code == ErrorCode::WorkerDied)
    answer = workers.run("worker_asr", job, {}, cancel);
  SpeechTuning tuning = TRY(answer.and_then(tuning_from));
  TRY_VOID(store.set_fact(name, to_line(to_json(tuning))));
  return tuning;
}

}  // namespace skald
