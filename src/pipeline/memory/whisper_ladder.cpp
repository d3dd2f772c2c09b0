#include "pipeline/memory/whisper_ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace skald {
namespace {

class WhisperSteps {
 public:
  WhisperSteps(const WhisperWish& wish, const Devices& devices, const Reserves& reserves) : wish_(wish) {
    host_ = less(devices.host.available, reserves.host);
    if (wish.limit > 0) host_ = std::min(host_, wish.limit);
    if (wish.where == WhisperDevices::CpuOnly) return;
    std::uint64_t loaded = 0;
    if (wish.unloading == Unloading::Allowed)
      for (const HostedModel& model : wish.loaded)
        if (model.size_vram > 0) {
          unload_.push_back(model.name);
          loaded += model.size_vram;
        }
    for (const GpuState& card : devices.gpus) {
      if (std::find(wish.hidden.begin(), wish.hidden.end(), card.id) != wish.hidden.end()) continue;
      const std::uint64_t free = std::min(card.total, card.free + held_by_ollama(devices, card, loaded));
      if (!card_.empty() && less(free, reserves.gpu) <= card_free_) continue;
      card_ = card.id;
      card_free_ = less(free, reserves.gpu);
      precisions_ = precisions_of(card);
    }
  }

  std::vector<WhisperStep> all() {
    const bool has_card = !card_.empty() && wish_.model.shape.has_value();
    if (has_card) {
      on_card(WhisperStepKind::AsWished, wish_.model, precisions_.usual, wish_.card_batch);
      smaller_batches_on_card(WhisperStepKind::SmallerBatch, wish_.model, precisions_.usual,
                              wish_.card_batch / 2);
      // Half the batch: a step that follows one that ran out of memory has to need less.
      if (precisions_.least != precisions_.usual)
        smaller_batches_on_card(WhisperStepKind::Int8, wish_.model, precisions_.least, wish_.card_batch / 2);
      for (const WhisperCandidate& candidate : wish_.smaller)
        if (candidate.shape)
          smaller_batches_on_card(WhisperStepKind::SmallerModel, candidate, precisions_.least,
                                  wish_.card_batch);
    }
    on_cpu(has_card ? WhisperStepKind::Cpu : WhisperStepKind::AsWished, wish_.model, wish_.cpu_batch);
    if (wish_.cpu_batch > 1) smaller_batch_on_cpu(WhisperStepKind::SmallerBatch, wish_.model);
    for (const WhisperCandidate& candidate : wish_.smaller)
      smaller_batch_on_cpu(WhisperStepKind::SmallerModel, candidate);
    return std::move(steps_);
  }

 private:
  void add(WhisperStep step, const std::string& how, std::uint64_t host_needed) {
    const bool host_lacks = step.needed <= step.available && host_needed > host_;
    step.fit = step.needed <= step.available && !host_lacks ? Fit::Yes : Fit::No;
    step.text = fmt::format("{} ({}) needs {} of {}, {} are available", step.model, how,
                            memory_text(host_lacks ? host_needed : step.needed),
                            step.device == "cpu" || host_lacks ? "the machine's memory" : step.device,
                            memory_text(host_lacks ? host_ : step.available));
    steps_.push_back(std::move(step));
  }

  void on_card(WhisperStepKind kind, const WhisperCandidate& model, WhisperPrecision precision, int batch) {
    const Need need = whisper_cuda_need(*model.shape, precision, batch, wish_.beam);
    add({kind, model.name, card_, precision, batch, need.gpu_bytes, card_free_, Fit::No, {}, unload_},
        fmt::format("{}, batch {}", to_string(precision), batch), need.host_bytes);
  }

  // One step: the largest batch that fits, else a batch of one.
  void smaller_batches_on_card(WhisperStepKind kind, const WhisperCandidate& model,
                               WhisperPrecision precision, int largest) {
    int batch = std::max(1, largest);
    while (batch > 1 && whisper_cuda_need(*model.shape, precision, batch, wish_.beam).gpu_bytes > card_free_)
      batch /= 2;
    on_card(kind, model, precision, batch);
  }

  void on_cpu(WhisperStepKind kind, const WhisperCandidate& model, int batch) {
    const Need need = whisper_cpu_need(model.model_bytes, batch);
    add({kind, model.name, "cpu", WhisperPrecision::Float32, batch, need.host_bytes, host_, Fit::No, {}, {}},
        fmt::format("batch {}", batch), 0);
  }

  void smaller_batch_on_cpu(WhisperStepKind kind, const WhisperCandidate& model) {
    int batch = kind == WhisperStepKind::SmallerBatch ? wish_.cpu_batch - 1 : wish_.cpu_batch;
    while (batch > 1 && whisper_cpu_need(model.model_bytes, batch).host_bytes > host_) --batch;
    on_cpu(kind, model, batch);
  }

  const WhisperWish& wish_;
  std::string card_;
  CardPrecisions precisions_;
  std::uint64_t card_free_ = 0, host_ = 0;
  std::vector<std::string> unload_;
  std::vector<WhisperStep> steps_;
};

}  // namespace

std::string_view to_string(WhisperStepKind kind) {
  constexpr std::array<std::string_view, 5> names = {"as wished", "smaller batch", "int8", "smaller model",
                                                     "on the CPU"};
  return names[static_cast<std::size_t>(kind)];
}

CardPrecisions precisions_of(const GpuState& card) {
  constexpr int tensor_cores = 70, int8_without = 61;
  if (card.capability == 0 || card.capability >= tensor_cores) return {};
  return {WhisperPrecision::Float32,
          card.capability == int8_without ? WhisperPrecision::Int8Float32 : WhisperPrecision::Float32};
}

std::vector<WhisperStep> whisper_steps(const WhisperWish& wish, const Devices& devices,
                                       const Reserves& reserves) {
  return WhisperSteps(wish, devices, reserves).all();
}

std::optional<std::size_t> first_that_fits(const std::vector<WhisperStep>& steps) {
  const auto found =
      std::find_if(steps.begin(), steps.end(), [](const WhisperStep& step) { return step.fit == Fit::Yes; });
  if (found == steps.end()) return std::nullopt;
  return static_cast<std::size_t>(found - steps.begin());
}

std::size_t least_step(const std::vector<WhisperStep>& steps) {
  std::size_t least = steps.size() - 1;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const WhisperStep& step = steps[i];
    if (step.device != "cpu" || step.model != steps.front().model) continue;
    if (steps[least].model != step.model || step.needed < steps[least].needed) least = i;
  }
  return least;
}

}  // namespace skald
