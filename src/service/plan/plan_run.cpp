#include "service/plan/plan_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "engines/llm/label_run.hpp"
#include "engines/llm/ollama.hpp"
#include "engines/whisper/weights.hpp"
#include "pipeline/memory/broker.hpp"
#include "service/labels/ollama_steps.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

std::uint64_t model_bytes(const fs::path& folder) {
  std::error_code error;
  const std::uint64_t bytes = fs::file_size(folder / "model.bin", error);
  return error ? 0 : bytes;
}

std::string name_of(const fs::path& folder) {
  return folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
}

WhisperCandidate candidate(const fs::path& folder) {
  WhisperCandidate made{name_of(folder), model_bytes(folder), {}};
  if (auto shape = read_whisper_shape(folder)) made.shape = *shape;
  return made;
}

// Installed speech models below a size, largest first.
Result<std::vector<fs::path>> smaller_models(std::uint64_t below) {
  std::vector<fs::path> folders;
  for (const ModelEntry& model : TRY(list_models()))
    if (model.kind == "speech" && !model.directory.empty()) {
      const std::uint64_t bytes = model_bytes(model.directory);
      if (bytes > 0 && bytes < below) folders.push_back(model.directory);
    }
  std::stable_sort(folders.begin(), folders.end(),
                   [](const fs::path& a, const fs::path& b) { return model_bytes(a) > model_bytes(b); });
  return folders;
}

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

Result<WhisperShape> read_whisper_shape(const fs::path& model_folder) {
  const MappedFile file = TRY(MappedFile::open(model_folder / "model.bin"));
  const auto weights = TRY(whisper::Weights::parse(file.bytes(), (model_folder / "model.bin").string()));
  WhisperShape shape;
  for (const auto& [name, tensor] : weights.all()) {
    const bool matrix = tensor.shape.size() == 2 && name.find("position") == std::string::npos;
    (matrix ? shape.matrix_parameters : shape.other_parameters) += tensor.elements();
    const auto layer = name.find("/layer_");
    if (layer == std::string::npos) continue;
    int& layers = name.starts_with("encoder") ? shape.encoder_layers : shape.decoder_layers;
    layers = std::max(layers, std::atoi(name.c_str() + layer + 7) + 1);
  }
  if (const auto* embeddings = weights.find("decoder/embeddings/weight"); embeddings != nullptr) {
    shape.vocabulary = static_cast<int>(embeddings->shape.front());
    shape.width = static_cast<int>(embeddings->shape.back());
  }
  if (const auto* sound = weights.find("encoder/conv1/weight"); sound != nullptr && sound->shape.size() == 3)
    shape.mel_bands = static_cast<int>(sound->shape[1]);
  if (shape.width == 0 || shape.encoder_layers == 0 || shape.decoder_layers == 0)
    return fail(ErrorCode::InvalidModel, "'" + model_folder.string() + "' holds no Whisper model");
  shape.heads = shape.width / 64;
  return shape;
}

Result<Plan> plan_run(const CheckedOptions& checked, DeviceProbe& probe, const CancelToken& cancel) {
  const ProcessOptions& options = checked.options;
  PlanRequest request;
  request.stages = wanted_stages(options);
  request.transcriber = options.transcriber;
  request.diarizer = options.diarizer;
  request.classifier = options.classifier;
  request.device = options.device;
  request.speech.limit = options.memory_limit;
  if (options.beam > 0) request.speech.beam = options.beam;
  if (checked.batch > 0) request.speech.cpu_batch = checked.batch;
  if (!checked.speech_model.empty()) {
    request.speech.model = candidate(checked.speech_model);
    if (checked.batch == 0 && request.speech.model.shape)
      request.speech.cpu_batch = usual_cpu_batch(*request.speech.model.shape);
    for (const fs::path& folder : TRY(smaller_models(request.speech.model.model_bytes)))
      request.speech.smaller.push_back(candidate(folder));
  }
  const BrokerSettings broker;
  const Reserves reserves{broker.gpu_reserve, broker.host_reserve};
  const Devices devices = TRY(probe.look());
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
    if (row.verdict == Verdict::Impossible)
      return fail(ErrorCode::OutOfMemory, std::string(info(row.stage).name) + " " + row.reason,
                  "`skald plan` shows all stages; choose a smaller model, or another --preset.");
  if (!plan.transcribe) return {};
  const WhisperStep& step = *plan.transcribe;
  const std::string wished = name_of(checked.speech_model);
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
