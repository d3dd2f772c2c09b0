#include "service/plan/plan_run.hpp"

#include <fmt/format.h>

#include "engines/llm/label_run.hpp"
#include "engines/llm/ollama.hpp"
#include "pipeline/memory/broker.hpp"
#include "service/labels/ollama_steps.hpp"
#include "service/models/models.hpp"
#include "service/speech/speech_steps.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

// Segments as they usually are, of which a run's largest batch is made: the recording has not been heard yet.
llm::LlmJob usual_job(const CheckedOptions& checked) {
  constexpr int many = 200;
  constexpr double pace = 3;  // seconds from one segment to the next
  llm::LlmJob job;
  job.party = checked.party;
  follow(checked.options.services.context, job);
  for (int i = 0; i < many; ++i) {
    Segment segment;
    segment.span = {{i * pace}, {(i + 1) * pace}};
    segment.speaker_name = "SPEAKER_00";
    segment.text =
        "You walk down the long stairs, and at the end of the corridor there is an old wooden door.";
    job.segments.push_back(std::move(segment));
  }
  return job;
}

LlmView ask_ollama(const CheckedOptions& checked, const Devices& devices, const Reserves& reserves,
                   const CancelToken& cancel) {
  const LlmServices& services = checked.options.services;
  LlmView view;
  view.model = services.ollama.model;
  llm::Ollama host(services.ollama.base_url, &cancel);
  const LlmDevices where = checked.options.device == "cpu" ? LlmDevices::CpuOnly : LlmDevices::Any;
  const OllamaWish wish = wish_of(usual_job(checked), services, where);
  auto found = ollama_steps(host, wish, devices, reserves);
  if (!found) {
    view.trouble = found.error().message;
    return view;
  }
  view.model = found->model;
  view.steps = std::move(found->steps);
  LlmSettings settings;
  settings.num_ctx = wish.num_ctx;
  if (auto fits = model_fits(host, settings, wish.where, devices, reserves)) view.models = std::move(*fits);
  return view;
}

}  // namespace

Result<Plan> plan_run(const CheckedOptions& checked, DeviceProbe& probe, const CancelToken& cancel) {
  const ProcessOptions& options = checked.options;
  PlanRequest request;
  request.stages = wanted_stages(options);
  request.transcriber = options.transcriber;
  request.diarizer = options.diarizer;
  request.classifier = options.classifier;
  request.device = options.device;
  const BrokerSettings broker;
  const Reserves reserves{broker.gpu_reserve, broker.host_reserve};
  const Devices devices = TRY(probe.look());
  const SpeechTask speech = speech_task(checked);
  const bool here = options.transcriber == kBuiltInTranscriber;
  const CardSupport support = here ? card_support(devices, visible_setting()) : CardSupport();
  request.cuda = support.cuda;
  request.no_cuda = support.why_not;
  request.speech = TRY(speech_wish(speech, options.services, support, cancel));
  if (request.classifier == "ollama" && request.stages.contains(StageId::Classify))
    request.llm = ask_ollama(checked, devices, reserves, cancel);
  if (const ServiceSettings* service = options.services.service(options.classifier))
    request.service_model = service->model;
  if (const ServiceSettings* service = options.services.service(options.transcriber))
    request.speech_service_model = service->speech_model;
  Plan plan = make_plan(request, devices, reserves);
  if (!options.only.empty())
    std::erase_if(plan.rows, [](const PlanRow& row) { return row.verdict == Verdict::Skipped; });
  return plan;
}

Status follow_plan(const Plan& plan, CheckedOptions& checked) {
  for (const PlanRow& row : plan.rows)
    if (row.verdict == Verdict::Impossible && !plan.no_card.empty() && row.stage == StageId::Transcribe)
      return fail(ErrorCode::Unavailable, "--device cuda: " + plan.no_card,
                  "`skald doctor` says what is missing; or use --device auto (INFERENCE_DEVICE=auto).");
    else if (row.verdict == Verdict::Impossible)
      return fail(ErrorCode::OutOfMemory, std::string(info(row.stage).name) + " " + row.reason,
                  "`skald plan` shows all stages; choose a smaller model, or another --preset.");
  // Where a card may be used, the step is chosen when its time has come: others may have the card then.
  if (!plan.transcribe || plan.speech_time == SpeechTime::ItsOwn) return {};
  const WhisperStep& step = *plan.transcribe;
  const std::string wished = model_name(checked.speech_model);
  // What was planned is what is taken, where the worker itself would take more.
  if (step.device == "cpu" && (step.batch < plan.speech_batch || step.model != wished))
    checked.batch = step.batch;
  if (step.model != wished) {
    checked.speech_model = TRY(find_speech_model(step.model));
    checked.options.fallbacks.push_back(
        {"transcribe", wished, step.model, plan.row(StageId::Transcribe)->reason});
  }
  return {};
}

}  // namespace skald
