// The parts of Skald: workers, sandbox, codecs, models.
#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "service/doctor/examine.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 4> kWorkers = {"worker_media", "worker_listen", "worker_asr",
                                                      "worker_classify"};
// What recorders, phones and chat programs write.
constexpr std::array<std::string_view, 9> kCodecs = {"aac",  "mp3", "opus",      "vorbis", "flac",
                                                     "alac", "ac3", "pcm_s16le", "wmav2"};

bool in_list(const std::string& list, std::string_view name) {
  for (const std::string& each : split(list, ','))
    if (each == name || each == std::string(name) + "float") return true;
  return false;
}

Check sandbox_check(const std::map<std::string, double>& metrics) {
  const auto value = [&](const char* name) {
    const auto found = metrics.find(name);
    return found == metrics.end() ? 0 : static_cast<int>(found->second);
  };
  const int landlock = value("sandbox_landlock");
  const int filter = value("sandbox_filter");
  Check check{"sandbox",
              Health::Ok,
              "sandbox",
              fmt::format("{}, {}", landlock > 0 ? fmt::format("Landlock {}", landlock) : "no Landlock",
                          filter > 0 ? "system call filter" : "no system call filter"),
              "Recordings are decoded without network and without other files.",
              nullptr};
  check.details = {{"landlock", landlock}, {"filter", filter > 0}};
  if (filter == 0) {
    check.health = Health::Warning;
    check.advice = "This kernel or container has no seccomp: take only recordings that you trust.";
  } else if (landlock == 0) {
    check.advice = "The system call filter refuses to open files; a kernel from 5.13 on adds Landlock.";
  }
  return check;
}

Check codec_check(const Json& told) {
  const std::string decoders = get_or(told, "decoders", std::string());
  std::string missing;
  for (const std::string_view codec : kCodecs)
    if (!in_list(decoders, codec)) missing += (missing.empty() ? "" : ", ") + std::string(codec);
  const auto count = decoders.empty() ? 0 : split(decoders, ',').size();
  Check check{"codecs",
              Health::Ok,
              "codecs",
              fmt::format("FFmpeg {}, {} audio decoders", get_or(told, "ffmpeg", std::string("?")), count),
              "Audio and video of all common kinds can be read.",
              nullptr};
  check.details = {{"decoders", split(decoders, ',')}, {"missing", missing}};
  if (missing.empty()) return check;
  check.health = Health::Warning;
  check.found += ", without " + missing;
  check.advice = "Recordings of these kinds cannot be read: install a fuller FFmpeg, or convert them first.";
  return check;
}

}  // namespace

std::vector<Check> check_workers(WorkerRunner& workers, const fs::path& programs, const CancelToken& cancel) {
  Check all{"workers", Health::Ok, "workers", "", "Each stage runs in one of them, which ends with its work.",
            nullptr};
  std::vector<Check> checks;
  std::map<std::string, double> metrics;
  WorkerEvents events;
  events.metric = [&](std::string_view name, double value) { metrics[std::string(name)] = value; };
  std::optional<Json> media;
  for (const std::string_view worker : kWorkers) {
    // Others answer that the job is none of theirs: they start, with all their libraries.
    const auto answer = workers.run(worker, {{"do", "capabilities"}}, events, cancel);
    if (answer && worker == "worker_media") media = *answer;
    const bool starts = answer || (answer.error().code != ErrorCode::WorkerDied &&
                                   !answer.error().message.starts_with("cannot start"));
    if (starts) {
      all.found += (all.found.empty() ? "" : ", ") + std::string(worker);
    } else {
      checks.push_back({"workers", Health::Error, std::string(worker), answer.error().message,
                        "Build or install Skald again: " + (programs / worker).string() + " does not start.",
                        nullptr});
    }
  }
  if (!all.found.empty()) checks.insert(checks.begin(), all);
  if (media) {
    checks.push_back(sandbox_check(metrics));
    checks.push_back(codec_check(*media));
  }
  return checks;
}

std::vector<Check> check_cuda(const Result<Devices>& devices, WorkerRunner& workers,
                              const CancelToken& cancel) {
  if (!devices || devices->gpus.empty()) return {};
  const auto answer = workers.run("worker_asr", {{"task", "card"}}, {}, cancel);
  Check check{
      "cuda", Health::Ok, "CUDA", "", "Whisper uses the card where it has room; --device cpu keeps it off.",
      nullptr};
  if (answer) {
    check.found = "works, with " + get_or(*answer, "cublas", std::string("cuBLAS"));
    check.details = *answer;
  } else {
    check.health = Health::Warning;
    check.found = "Whisper cannot use the card: " + answer.error().message;
    check.advice = advice(answer.error());
  }
  return {check};
}

std::vector<Check> check_models(const Settings& settings) {
  const auto models = list_models();
  if (!models)
    return {{"models", Health::Error, "models", models.error().message, advice(models.error()), nullptr}};
  std::vector<Check> checks;
  std::string sound, added;
  for (const ModelEntry& model : *models) {
    if (model.licence.empty()) {
      if (model.kind == "speech") added += (added.empty() ? "" : ", ") + model.name;
      continue;
    }
    if (model.directory.empty()) {
      checks.push_back(
          {"models", Health::Error, model.name, "not installed", "`make setup` fetches it.", nullptr});
      continue;
    }
    const auto differences = verify_model(model.name);
    if (!differences || !differences->empty())
      checks.push_back({"models", Health::Error, model.name,
                        differences ? differences->front() : differences.error().message,
                        "Fetch it again: `make setup` for models that come with Skald.", nullptr});
    else
      sound += (sound.empty() ? "" : ", ") + model.name;
  }
  if (!sound.empty())
    checks.insert(checks.begin(),
                  Check{"models", Health::Ok, "models",
                        sound + ": as they should be" + (added.empty() ? "" : "; added by you: " + added),
                        "`skald models add FOLDER` makes more speech models known.", nullptr});
  const std::string wished = settings.text("WHISPER_MODEL");
  if (const auto found = find_speech_model(wished); !found)
    checks.push_back({"speech-model", Health::Error, "speech model", found.error().message,
                      "Set WHISPER_MODEL to one of `skald models list`, or give `--model`.", nullptr});
  return checks;
}

}  // namespace skald
