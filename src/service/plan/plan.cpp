#include "service/plan/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "service/backends/backends.hpp"

namespace skald {
namespace {

std::uint64_t less(std::uint64_t from, std::uint64_t what) {
  return from - std::min(from, what);
}

bool is_cloud(BackendKind kind, std::string_view name) {
  const auto& rows = backends();
  return std::any_of(rows.begin(), rows.end(), [&](const BackendInfo& row) {
    return row.kind == kind && row.name == name && row.place == BackendPlace::Cloud;
  });
}

class Planner {
 public:
  Planner(const PlanRequest& request, const Devices& devices, const Reserves& reserves)
      : request_(request), devices_(devices), reserves_(reserves) {
    plan_.devices = devices;
    const HostState& host = devices.host;
    available_ = less(host.available, reserves.host);
    most_ = host.limit > 0 ? std::min(host.limit, host.total) : host.total;
    if (request.speech.limit > 0) {
      available_ = std::min(available_, request.speech.limit);
      most_ = std::min(most_, request.speech.limit);
    }
  }

  Plan make() {
    worker(media_need(), "ffmpeg", "");
    worker(listen_need(), request_.diarizer, "community-1");
    worker(diarize_need(), request_.diarizer, "");
    transcribe();
    classify();
    alternatives();
    return std::move(plan_);
  }

 private:
  bool wanted(StageId stage) const { return request_.stages.contains(stage); }

  void skipped(StageId stage, const std::string& backend) {
    plan_.rows.push_back({stage, backend, "", "", 0, 0, Verdict::Skipped, "left out, as asked"});
  }

  // A worker that can be run in one way only.
  void worker(const Need& need, const std::string& backend, const std::string& model) {
    if (!wanted(need.stage)) return skipped(need.stage, backend);
    PlanRow row{need.stage, backend, model, "cpu", need.host_bytes, available_, Verdict::Fits, "fits"};
    judge_host(row);
    plan_.rows.push_back(std::move(row));
  }

  void judge_host(PlanRow& row) const {
    if (row.needed <= row.available) return;
    const std::string both =
        fmt::format("needs {}, {} are available", memory_text(row.needed), memory_text(row.available));
    row.verdict = row.needed <= most_ ? Verdict::Short : Verdict::Impossible;
    row.reason =
        row.verdict == Verdict::Short ? both + ": close other programs, or it may be ended by the system"
        : request_.speech.limit > 0 && most_ == request_.speech.limit ? both + " within --memory-limit"
                                                                      : both + ": more than this machine has";
  }

  void transcribe() {
    const StageId stage = StageId::Transcribe;
    if (!wanted(stage)) return skipped(stage, request_.transcriber);
    if (is_cloud(BackendKind::Transcriber, request_.transcriber)) {
      plan_.rows.push_back({stage, request_.transcriber, request_.speech_service_model, "service", 0, 0,
                            Verdict::Elsewhere, "sent to the service that was chosen"});
      return;
    }
    WhisperWish wish = request_.speech;
    const bool may_use_card = request_.device != "cpu" && request_.cuda == CudaSupport::Yes;
    wish.where = may_use_card ? WhisperDevices::CardFirst : WhisperDevices::CpuOnly;
    const auto steps = whisper_steps(wish, devices_, reserves_);
    const auto fits = first_that_fits(steps);
    const WhisperStep& first = steps.front();
    const WhisperStep& chosen = steps[fits ? *fits : least_step(steps)];
    if (first.device != "cpu") plan_.speech_time = SpeechTime::ItsOwn;
    PlanRow row{stage,         request_.transcriber, chosen.model,  chosen.device,
                chosen.needed, chosen.available,     Verdict::Fits, "fits"};
    if (!fits) {
      judge_host(row);
    } else if (chosen.model != first.model || chosen.device != first.device) {
      row.verdict = Verdict::FallsBack;
      row.reason = fmt::format("{}: {}", first.text, described(chosen));
    } else if (*fits > 0) {
      row.verdict = Verdict::Adapted;
      row.reason = fmt::format("{}: {}", first.text, described(chosen));
    } else if (!chosen.unload.empty()) {
      row.verdict = Verdict::Adapted;
      row.reason = fmt::format("fits once {} is unloaded", fmt::join(chosen.unload, ", "));
    } else if (request_.device == "auto" && row.device == "cpu" && !devices_.gpus.empty() &&
               !request_.no_cuda.empty()) {
      row.reason = fmt::format("fits; {} is not used: {}", devices_.gpus.front().id, request_.no_cuda);
    }
    no_card(row);
    plan_.transcribe = chosen;
    plan_.speech_batch = wish.cpu_batch;
    plan_.rows.push_back(std::move(row));
  }

  static std::string described(const WhisperStep& step) {
    switch (step.kind) {
      case WhisperStepKind::AsWished:
        return "as wished";
      case WhisperStepKind::SmallerBatch:
        return fmt::format("{} chunks at a time instead", step.batch);
      case WhisperStepKind::Int8:
        return fmt::format("in int8, {} chunks at a time", step.batch);
      case WhisperStepKind::SmallerModel:
        return fmt::format("{} on {} instead", step.model, step.device);
      case WhisperStepKind::Cpu:
        return "on the CPU instead";
    }
    return {};
  }

  // A card that was asked for by name, and cannot be had.
  void no_card(PlanRow& row) {
    if (request_.device != "cuda" || request_.cuda == CudaSupport::Yes) return;
    plan_.no_card = request_.no_cuda.empty() ? "there is no card" : request_.no_cuda;
    row.verdict = Verdict::Impossible;
    row.reason = plan_.no_card;
  }

  void classify() {
    const StageId stage = StageId::Classify;
    if (!wanted(stage)) return skipped(stage, request_.classifier);
    if (request_.llm) return ask_ollama(*request_.llm);
    if (is_cloud(BackendKind::Classifier, request_.classifier)) {
      plan_.rows.push_back({stage, request_.classifier, request_.service_model, "service", 0, 0,
                            Verdict::Elsewhere, "sent to the service that was chosen"});
      return;
    }
    worker(classify_need(), request_.classifier, "e5-small");
  }

  void ask_ollama(const LlmView& view) {
    plan_.models = view.models;
    PlanRow row{StageId::Classify,  request_.classifier, view.model, "cpu", 0, 0,
                Verdict::FallsBack, view.trouble};
    if (view.trouble.empty() && !view.steps.empty()) {
      const std::size_t index = first_that_fits(view.steps);
      const LlmStep& chosen = view.steps[std::min(index, view.steps.size() - 1)];
      row.model = chosen.model;
      row.device = chosen.device;
      row.needed = chosen.needed;
      row.available = chosen.available;
      row.verdict = verdict_of(chosen);
      row.reason = reason_of(view.steps.front(), chosen);
    }
    const bool embedded = !view.trouble.empty() || row.model.empty();
    if (embedded) {
      row.backend = kBuiltInClassifier;
      row.model = "e5-small";
      row.needed = classify_need().host_bytes;
      row.available = available_;
      row.reason += (row.reason.empty() ? "" : ": ") + std::string("the embedded classifier instead");
    }
    plan_.rows.push_back(std::move(row));
  }

  static Verdict verdict_of(const LlmStep& step) {
    switch (step.kind) {
      case LlmStepKind::AsWished:
        return step.fit == Fit::Unknown ? Verdict::Elsewhere : Verdict::Fits;
      case LlmStepKind::UnloadOthers:
      case LlmStepKind::SmallerContext:
      case LlmStepKind::PartOnCpu:
      case LlmStepKind::Cpu:
        return Verdict::Adapted;
      case LlmStepKind::SmallerModel:
      case LlmStepKind::BuiltIn:
        return Verdict::FallsBack;
    }
    return Verdict::FallsBack;
  }

  static std::string reason_of(const LlmStep& wished, const LlmStep& chosen) {
    if (chosen.kind == LlmStepKind::AsWished) return chosen.fit == Fit::Unknown ? chosen.text : "fits";
    std::string names;
    for (const std::string& name : chosen.unload) names += (names.empty() ? "" : ", ") + name;
    const std::string first = names.empty() ? "" : "once " + names + " is unloaded, ";
    switch (chosen.kind) {
      case LlmStepKind::AsWished:
      case LlmStepKind::BuiltIn:
        return wished.text;
      case LlmStepKind::UnloadOthers:
        return fmt::format("{}: it fits once {} is unloaded", wished.text, names);
      case LlmStepKind::SmallerContext:
        return fmt::format("{}: {}with a context of {}", wished.text, first, chosen.num_ctx);
      case LlmStepKind::PartOnCpu:
        return fmt::format("{}: {}with {} layers on the card and the rest on the CPU, slower", wished.text,
                           first, chosen.num_gpu.value_or(0));
      case LlmStepKind::SmallerModel:
        return fmt::format("{}: {}{} instead", wished.text, first, chosen.model);
      case LlmStepKind::Cpu:
        return fmt::format("{}: {}on the CPU, much slower", wished.text, first);
    }
    return wished.text;
  }

  void alternatives() {
    const PlanRow* labels = plan_.row(StageId::Classify);
    if (labels == nullptr || !request_.llm || !request_.llm->trouble.empty()) return;
    if (labels->verdict == Verdict::Fits || labels->verdict == Verdict::Elsewhere) return;
    for (const ModelFit& fit : plan_.models)
      if (fit.now == Fit::Yes && fit.model != labels->model) {
        plan_.alternatives.push_back(
            fmt::format("{} would fit now ({}): set OLLAMA_MODEL, or --classifier-model.", fit.model,
                        memory_text(fit.needed)));
        break;
      }
    for (const GpuState& card : devices_.gpus)
      if (const std::string held = holders_text(card.holders); !held.empty())
        plan_.alternatives.push_back(fmt::format("On {}, {}.", card.id, held));
  }

  const PlanRequest& request_;
  const Devices& devices_;
  const Reserves& reserves_;
  Plan plan_;
  std::uint64_t available_ = 0, most_ = 0;
};

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 7> names = {"fits",  "adapted",    "falls back", "elsewhere",
                                                     "short", "impossible", "skipped"};
  return names[static_cast<std::size_t>(verdict)];
}

bool Plan::possible() const {
  return std::none_of(rows.begin(), rows.end(),
                      [](const PlanRow& row) { return row.verdict == Verdict::Impossible; });
}

const PlanRow* Plan::row(StageId stage) const {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const PlanRow& r) { return r.stage == stage; });
  return found == rows.end() ? nullptr : &*found;
}

Plan make_plan(const PlanRequest& request, const Devices& devices, const Reserves& reserves) {
  return Planner(request, devices, reserves).make();
}

}  // namespace skald
