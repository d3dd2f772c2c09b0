// What would run where, with the memory that it needs and that there is: worked out before anything is
// started.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.hpp"
#include "pipeline/memory/devices.hpp"
#include "pipeline/memory/ladder.hpp"
#include "pipeline/memory/whisper_ladder.hpp"
#include "pipeline/stage.hpp"
#include "service/speech/speech_steps.hpp"

namespace skald {

enum class Verdict {
  Fits,     // as wished
  Adapted,  // the wished model, in less memory: smaller batch or context, partly on the CPU, after unloading
  FallsBack,   // something else stands in
  Elsewhere,   // at a service, or on another machine: no memory of this one
  Short,       // more than is free now, less than the machine has: tried, with a warning
  Impossible,  // more than the machine has, or than --memory-limit allows
  Skipped
};
/// "fits", "adapted", "falls back", ...
std::string_view to_string(Verdict verdict);

struct PlanRow {
  StageId stage = StageId::Decode;
  std::string backend, model, device;
  std::uint64_t needed = 0, available = 0;
  Verdict verdict = Verdict::Fits;
  std::string reason;  // one sentence
};

/// What Ollama says, as far as it was asked.
struct LlmView {
  std::string model;             // as wished, or as chosen
  std::vector<LlmStep> steps;    // of src/pipeline/memory/ladder.hpp
  std::string trouble;           // not empty: it cannot be asked, and why
  std::vector<ModelFit> models;  // installed there
};

/// When it is decided how the recogniser runs: with the plan, or, where it may use a card, at its own time.
enum class SpeechTime { WithThePlan, ItsOwn };

struct PlanRequest {
  std::set<StageId> stages;
  std::string transcriber, diarizer, classifier;
  WhisperWish speech;
  std::string device = "auto";         // --device
  CudaSupport cuda = CudaSupport::No;  // whether a card could be used
  std::string no_cuda;                 // why not, where there is none
  std::optional<LlmView> llm;          // where the classifier is Ollama
  std::string service_model;           // of another service that classifies
  std::string speech_service_model;
};

struct Plan {
  std::vector<PlanRow> rows;
  Devices devices;
  std::vector<ModelFit> models;           // of Ollama
  std::optional<WhisperStep> transcribe;  // how the recogniser is to run; nothing: it does not run here
  int speech_batch = 0;                   // chunks at a time that it would take on the CPU, unbound
  SpeechTime speech_time = SpeechTime::WithThePlan;
  std::string no_card;                    // why the card that --device cuda asks for cannot be had
  std::vector<std::string> alternatives;  // what else the user may do, one sentence each

  /// Whether each stage has a way to run.
  bool possible() const;
  const PlanRow* row(StageId stage) const;
};

/// Each stage alone: they run one after another, and their memory is back before the next one starts.
Plan make_plan(const PlanRequest& request, const Devices& devices, const Reserves& reserves);

/// The table of `skald plan`.
std::string plan_table(const Plan& plan);
Json plan_json(const Plan& plan);
/// A few lines for the start of a run: one where all is as wished, else one for each stage that is not.
std::vector<std::string> plan_lines(const Plan& plan);

}  // namespace skald
