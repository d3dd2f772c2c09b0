// How a speech model runs on this machine: measured once by a short job of worker_asr, kept in the store.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/ports.hpp"
#include "platform/process/worker_process.hpp"
#include "store/store.hpp"

namespace skald {

/// Precision and decoder decide about the text and belong into its key; threads do not.
struct SpeechTuning {
  std::string precision;
  std::string decoder;
  int threads = 1;
  Json measured = Json::object();
};

Json to_json(const SpeechTuning& tuning);
Result<SpeechTuning> tuning_from(const Json& json);

enum class Measure { IfUnknown, Again };

struct TuningRequest {
  std::filesystem::path model;
  std::string identity;  // hash of the model files
  int threads = 1;       // at most so many; those of the machine, so that --threads changes no text
  Measure measure = Measure::IfUnknown;
  std::filesystem::path program = program_directory() / "worker_asr";  // another build measures anew
};

/// The answer kept for this model, processor, number of threads and version of the engines; measured, and
/// kept, where there is none. One process measures, others wait for its answer. `told` hears what is going
/// on.
Result<SpeechTuning> speech_tuning(Store& store, WorkerRunner& workers, const TuningRequest& request,
                                   const std::function<void(std::string_view)>& told,
                                   const CancelToken& cancel);

/// What /proc/cpuinfo says of the first processor's model and features.
std::string processor_features(std::string_view cpuinfo);

}  // namespace skald
