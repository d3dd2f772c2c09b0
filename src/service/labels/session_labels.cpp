#include "service/labels/session_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "engines/llm/ollama.hpp"
#include "engines/llm/openai.hpp"
#include "formats/party.hpp"
#include "formats/segments.hpp"
#include "platform/devices/devices.hpp"
#include "service/backends/backends.hpp"
#include "service/cards/card_lock.hpp"
#include "service/labels/label_ladder.hpp"
#include "service/labels/ollama_steps.hpp"
#include "service/labels/unload.hpp"

namespace skald {
namespace {

constexpr int kPromptVersion = 1;  // raised when prompts or their reading change
constexpr double kLeastOnCpu = 30 * 60;

// "cuda:0" of "cuda:0 + cpu".
std::string first_device(const LlmStep& step) {
  return step.device.substr(0, step.device.find(' '));
}

class Labelling {
 public:
  Labelling(StageContext& context, MemoryBroker& broker, DeviceProbe& probe, LabelTask task,
            std::vector<Label> net, llm::LlmTarget target)
      : context_(context),
        broker_(broker),
        probe_(probe),
        task_(std::move(task)),
        net_(std::move(net)),
        target_(std::move(target)),
        ollama_(target_.base_url, &context.cancel) {
    follow(task_.services.context, task_.job);
  }

  Result<SessionLabels> run() {
    LadderPorts ports;
    ports.make_room = [this](const LlmStep& step) { return make_room(step); };
    ports.label = [this](const llm::LlmTarget& target, const std::vector<std::size_t>& wanted,
                         const CancelToken& cancel, const std::function<void(double)>& pace) {
      return label(target, wanted, cancel, pace);
    };
    ports.tell = [this](std::string_view line) { context_.observer.note("classify: " + std::string(line)); };
    // Looked at before the ladder: the steps name the model where the settings leave it open.
    auto found = steps();
    ports.steps = [&] { return found; };
    LadderSettings settings{target_, std::string(kBuiltInClassifier),
                            std::max(kLeastOnCpu, 2 * task_.duration)};
    const LadderOutcome outcome = TRY(climb_down(net_.size(), settings, ports, context_.cancel));
    give_back();
    card_.reset();
    SessionLabels done{std::move(net_), outcome.fallbacks, {"classify", backend_name(target_), ""}};
    for (std::size_t i = 0; i < done.labels.size(); ++i)
      if (outcome.labels[i]) done.labels[i] = *outcome.labels[i];
    return done;
  }

 private:
  Result<std::vector<LlmStep>> steps() {
    return target_.is_ollama() ? steps_of_ollama() : steps_of_service();
  }

  Result<std::vector<LlmStep>> steps_of_ollama() {
    const OllamaWish wish = wish_of(task_.job, task_.services, task_.where);
    const BrokerSettings& reserves = broker_.settings();
    const Devices devices = TRY(broker_.look());
    OllamaSteps found =
        TRY(ollama_steps(ollama_, wish, devices, {reserves.gpu_reserve, reserves.host_reserve}));
    target_.model = found.model;
    was_loaded_ = found.was_loaded;
    return std::move(found.steps);
  }

  Result<std::vector<LlmStep>> steps_of_service() {
    if (target_.model.empty()) {
      const auto models = llm::openai_models(target_, context_.cancel);
      if (!models) return tl::unexpected(llm::to_error(models.error()));
      target_.model = llm::chat_model_of(*models);
      if (target_.model.empty())
        return fail(ErrorCode::Unavailable, target_.service + " lists no model that answers questions");
    }
    tell_budget();
    LlmStep wished;
    wished.kind = LlmStepKind::AsWished;
    wished.model = target_.model;
    wished.device = "another machine";
    LlmStep last;
    last.fit = Fit::Yes;
    return std::vector<LlmStep>{wished, last};
  }

  void tell_budget() {
    const llm::LlmEstimate need = llm::estimate(target_, task_.job, {});
    if (!need.fits_today())
      context_.observer.warning(
          fmt::format("{}: this session needs about {} tokens, {} are left of today's budget; the rest is "
                      "labelled by the "
                      "embedded classifier, and the same command asks for those segments tomorrow",
                      target_.service, need.tokens, *need.tokens_left));
  }

  // Ollama's models of this machine take a card as the recogniser does: one run of Skald at a time.
  Status take_card(const LlmStep& step) {
    no_card_.reset();
    if (!target_.is_ollama() || !step.device.starts_with("cuda:")) return {};
    if (card_) return {};
    if (card_refused_) no_card_ = card_refused_;
    if (no_card_ || task_.locks.empty()) return {};
    auto held = lock_card(
        {task_.locks, first_device(step), "labels of " + task_.session}, steady_wait_clock(), context_.cancel,
        [this](std::string_view line) { context_.observer.note("classify: " + std::string(line)); });
    if (held) {
      card_ = std::move(*held);
    } else if (held.error().code == ErrorCode::Cancelled) {
      return tl::unexpected(held.error());
    } else {
      card_refused_ = no_card_ = held.error().message;
    }
    return {};
  }

  Status make_room(const LlmStep& step) {
    TRY_VOID(take_card(step));
    if (no_card_) return {};
    for (const std::string& model : step.unload) {
      context_.observer.note("Ollama: unloading " + model);
      TRY_VOID(unload_model(ollama_, model, probe_));
    }
    if (step.unload.empty() || step.device.empty()) return {};
    const ReturnReport report = TRY(broker_.wait_for(first_device(step), step.needed, context_.cancel));
    if (report.returned == Returned::Late) return fail(ErrorCode::OutOfMemory, report.text);
    return {};
  }

  llm::LabelRun label(const llm::LlmTarget& asked, const std::vector<std::size_t>& wanted,
                      const CancelToken& cancel, const std::function<void(double)>& pace) {
    if (no_card_) {  // the next step is taken, down to one that needs no card
      llm::LabelRun refused;
      refused.labels.resize(net_.size());
      refused.stopped = llm::LlmError{llm::LlmFailure::OutOfMemory, *no_card_, {}, {}, {}};
      return refused;
    }
    llm::LlmTarget target = asked;
    if (target.num_gpu == 0 && task_.where == LlmDevices::Any && !has_card()) target.num_gpu.reset();
    llm::LlmJob job = task_.job;
    if (wanted.size() < net_.size()) job.wanted = wanted;
    llm::LabelRun run;
    StageRequest request{StageId::Classify, parameters(target, job), {task_.content}, {}, StageEnd::Part};
    request.make = [&](const Lease& lease) -> Status {
      run = llm::label_segments(target, job, lease.units(), events(pace), cancel);
      note_figures(run);
      if (run.stopped) return tl::unexpected(llm::to_error(*run.stopped));
      return write_labels(run, lease.output() / "labels.jsonl");
    };
    // Within one run, the finished batches of a model are taken up even where all is to be done anew.
    StageContext once = context_;
    if (!begun_.insert(artifact_key(StageId::Classify, request.parameters, request.inputs)).second)
      once.redo = [](StageId) { return false; };
    const auto artifact = run_stage(once, request);
    if (artifact && run.labels.empty()) run = stored(*artifact, wanted);
    if (!artifact && run.labels.empty()) {
      run.labels.resize(net_.size());
      run.stopped = llm::LlmError{llm::LlmFailure::Server, artifact.error().message, {}, {}, {}};
    }
    return run;
  }

  bool has_card() {
    const auto devices = broker_.look();
    return devices && !devices->gpus.empty();
  }

  llm::LlmEvents events(const std::function<void(double)>& pace) {
    llm::LlmEvents heard;
    heard.progress = [this, pace](std::size_t done, std::size_t total, std::optional<double> remaining) {
      if (total > 0) context_.progress.update(static_cast<double>(done) / static_cast<double>(total));
      if (remaining) pace(*remaining);
    };
    heard.note = [this](std::string_view text) { context_.observer.note(text); };
    heard.warning = [this](std::string_view text) { context_.observer.warning(text); };
    return heard;
  }

  void note_figures(const llm::LabelRun& run) {
    context_.metric(StageId::Classify, "calls", static_cast<double>(run.calls));
    context_.metric(StageId::Classify, "tokens_in", static_cast<double>(run.tokens_in));
    context_.metric(StageId::Classify, "tokens_out", static_cast<double>(run.tokens_out));
    context_.metric(StageId::Classify, "seconds", run.seconds);
    context_.metric(StageId::Classify, "service_seconds", run.service_seconds);
  }

  static Json parameters(const llm::LlmTarget& target, const llm::LlmJob& job) {
    Json wanted = Json::array();
    for (const std::size_t index : job.wanted) wanted.push_back(index);
    return {{"service", target.service},
            {"model", target.model},
            {"prompt", kPromptVersion},
            {"context", {job.context.max_segments, job.context.past_seconds, job.context.future_seconds}},
            {"batch", llm::batch_size(target, job)},
            {"party", job.party ? to_json(*job.party) : Json(nullptr)},
            {"roles", to_json(job.roles)},
            {"wanted", job.wanted.empty() ? Json("all") : Json(sha256(to_line(wanted)))}};
  }

  static Status write_labels(const llm::LabelRun& run, const std::filesystem::path& file) {
    std::vector<Label> labels;
    for (const auto& label : run.labels)
      if (label) labels.push_back(*label);
    return write_file_atomic(file, labels_jsonl(labels));
  }

  llm::LabelRun stored(const Artifact& artifact, const std::vector<std::size_t>& wanted) {
    llm::LabelRun run;
    run.labels.resize(net_.size());
    const auto labels = read_labels(artifact.directory / "labels.jsonl");
    if (!labels || labels->size() != wanted.size()) {
      run.stopped = llm::LlmError{llm::LlmFailure::Server, "stored labels cannot be read", {}, {}, {}};
      return run;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) run.labels[wanted[i]] = (*labels)[i];
    return run;
  }

  // What Skald loaded into Ollama goes again; that it went is looked at.
  void give_back() {
    if (!target_.is_ollama() || was_loaded_ || task_.services.unload == OllamaUnload::Never) return;
    const auto loaded = ollama_.loaded();
    if (!loaded) return;
    for (const HostedModel& model : *loaded) {
      if (!same_model(model.name, target_.model)) continue;
      const auto gone = unload_model(ollama_, model.name, probe_);
      if (gone && *gone == llm::Unloaded::Yes) {
        context_.observer.note("Ollama: " + model.name + " is unloaded, its memory is free");
      } else {
        context_.observer.warning("Ollama still holds " + model.name + " (" + memory_text(model.size) + ")");
      }
    }
  }

  StageContext& context_;
  MemoryBroker& broker_;
  DeviceProbe& probe_;
  LabelTask task_;
  std::vector<Label> net_;
  llm::LlmTarget target_;
  llm::Ollama ollama_;
  std::set<std::string> begun_;
  bool was_loaded_ = false;
  std::optional<FileLock> card_;
  std::optional<std::string> no_card_, card_refused_;  // who has the card, for this step and for good
};

}  // namespace

Result<llm::LlmTarget> target_of(const std::string& classifier, const LlmServices& services) {
  const ServiceSettings* service = services.service(classifier);
  if (service == nullptr)
    return fail(ErrorCode::Usage, "there is no language model service '" + classifier + "'");
  if (service->base_url.empty())
    return fail(ErrorCode::InvalidConfig, "no address is set for the service '" + classifier + "'",
                "Set LLM_BASE_URL, in the environment or in .env.");
  if (service->key.empty() && (classifier == "groq" || classifier == "openai"))
    return fail(ErrorCode::InvalidConfig, "no key is set for " + classifier,
                classifier == "groq" ? "Set GROQ_API_KEY, in the environment or in .env."
                                     : "Set OPENAI_API_KEY, in the environment or in .env.");
  llm::LlmTarget target;
  target.service = service->name;
  target.base_url = service->base_url;
  target.key = service->key;
  target.model = service->model;
  target.silence = std::chrono::seconds(services.silence_seconds);
  if (!target.is_ollama()) {
    target.limits = {services.calls.burst, services.calls.period_seconds, services.calls.calls_per_second,
                     services.tokens_per_day(classifier).value_or(0)};
  }
  return target;
}

Result<SessionLabels> label_session(StageContext& context, MemoryBroker& broker, DeviceProbe& probe,
                                    LabelTask task, std::vector<Label> net) {
  llm::LlmTarget target = TRY(target_of(task.classifier, task.services));
  target.threads = task.threads;
  target.ledger = task.ledger;
  return Labelling(context, broker, probe, std::move(task), std::move(net), std::move(target)).run();
}

}  // namespace skald
