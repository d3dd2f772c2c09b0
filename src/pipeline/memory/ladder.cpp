#include "pipeline/memory/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace skald {
namespace {

struct Room {
  std::string card;  // empty: there is none, or it may not be used
  std::uint64_t card_free = 0, host_free = 0;
  std::uint64_t card_after = 0, host_after = 0;  // once Ollama's other models are unloaded
  std::vector<std::string> others;
};

Room room_of(const LlmWish& wish, const Devices& devices, const Reserves& reserves) {
  Room room;
  room.host_free = less(devices.host.available, reserves.host);
  const auto card = std::max_element(devices.gpus.begin(), devices.gpus.end(),
                                     [](const GpuState& a, const GpuState& b) { return a.free < b.free; });
  if (card != devices.gpus.end() && wish.where == LlmDevices::Any) {
    room.card = card->id;
    room.card_free = less(card->free, reserves.gpu);
  }
  room.card_after = room.card_free;
  room.host_after = room.host_free;
  for (const HostedModel& loaded : wish.loaded) {
    const std::uint64_t on_host = less(loaded.size, loaded.size_vram);
    // The wished model itself counts as free memory: Ollama reuses it, or replaces it.
    const bool itself = same_model(loaded.name, wish.model.model);
    if (!itself) room.others.push_back(loaded.name);
    if (itself || wish.unloading == Unloading::Allowed) {
      room.card_after += loaded.size_vram;
      room.host_after += on_host;
    }
    if (!itself) continue;
    room.card_free += loaded.size_vram;
    room.host_free += on_host;
  }
  if (card != devices.gpus.end()) {
    room.card_free = std::min(room.card_free, less(card->total, reserves.gpu));
    room.card_after = std::min(room.card_after, less(card->total, reserves.gpu));
  }
  const std::uint64_t all =
      devices.host.limit > 0 ? std::min(devices.host.limit, devices.host.total) : devices.host.total;
  room.host_free = std::min(room.host_free, less(all, reserves.host));
  room.host_after = std::min(room.host_after, less(all, reserves.host));
  return room;
}

LlmShape shape_of(const LlmCandidate& candidate) {
  return candidate.shape ? *candidate.shape : shape_from_size(candidate.size);
}

class LlmSteps {
 public:
  LlmSteps(const LlmWish& wish, Room room) : wish_(wish), room_(std::move(room)) {}

  std::vector<LlmStep> all() {
    const LlmShape shape = shape_of(wish_.model);
    if (room_.card.empty()) {
      on_cpu(LlmStepKind::AsWished, wish_.model.model, shape, wish_.settings, room_.host_free, {});
      if (can_unload())
        on_cpu(LlmStepKind::UnloadOthers, wish_.model.model, shape, wish_.settings, room_.host_after,
               room_.others);
      smaller_context_on_cpu(shape);
      for (const LlmCandidate& candidate : wish_.smaller)
        on_cpu(LlmStepKind::SmallerModel, candidate.model, shape_of(candidate), wish_.settings,
               room_.host_after, to_unload());
    } else {
      on_card(LlmStepKind::AsWished, wish_.model.model, shape, wish_.settings, room_.card_free, {});
      if (can_unload())
        on_card(LlmStepKind::UnloadOthers, wish_.model.model, shape, wish_.settings, room_.card_after,
                room_.others);
      smaller_context(shape);
      part_on_cpu(shape);
      for (const LlmCandidate& candidate : wish_.smaller)
        on_card(LlmStepKind::SmallerModel, candidate.model, shape_of(candidate), wish_.settings,
                room_.card_after, to_unload());
      on_cpu(LlmStepKind::Cpu, wish_.model.model, shape, least_settings(), room_.host_after, to_unload());
    }
    steps_.push_back({LlmStepKind::BuiltIn, {}, 0, {}, "cpu", 0, 0, Fit::Yes, {}, "the embedded classifier"});
    return std::move(steps_);
  }

 private:
  bool can_unload() const { return !room_.others.empty() && wish_.unloading == Unloading::Allowed; }
  std::vector<std::string> to_unload() const {
    return can_unload() ? room_.others : std::vector<std::string>();
  }
  LlmSettings least_settings() const {
    LlmSettings settings = wish_.settings;
    settings.num_ctx = std::min(settings.num_ctx, std::max(256, wish_.least_ctx));
    return settings;
  }

  void add(LlmStep step, std::uint64_t host_needed, std::uint64_t host_there) {
    const bool fits = step.needed <= step.available && host_needed <= host_there;
    step.fit = fits ? Fit::Yes : Fit::No;
    const bool host_lacks = step.needed <= step.available && host_needed > host_there;
    step.text = fmt::format("{} (context {}) needs {} of {}, {} are available", step.model, step.num_ctx,
                            memory_text(host_lacks ? host_needed : step.needed),
                            host_lacks || step.device == "cpu" ? "the machine's memory" : room_.card,
                            memory_text(host_lacks ? host_there : step.available));
    std::string names;
    for (const std::string& name : step.unload) names += (names.empty() ? "" : ", ") + name;
    if (!names.empty())
      step.text += " once " + names + (step.unload.size() == 1 ? " is" : " are") + " unloaded";
    steps_.push_back(std::move(step));
  }

  void on_card(LlmStepKind kind, const std::string& model, const LlmShape& shape, const LlmSettings& settings,
               std::uint64_t free, std::vector<std::string> unload) {
    const LlmNeed need = llm_need(shape, settings);
    add({kind, model, settings.num_ctx, {}, room_.card, need.gpu, free, Fit::Unknown, std::move(unload), {}},
        need.host, room_.host_after);
  }

  void on_cpu(LlmStepKind kind, const std::string& model, const LlmShape& shape, LlmSettings settings,
              std::uint64_t free, std::vector<std::string> unload) {
    settings.gpu_layers = 0;
    const LlmNeed need = llm_need(shape, settings);
    add({kind, model, settings.num_ctx, 0, "cpu", need.host, free, Fit::Unknown, std::move(unload), {}}, 0,
        0);
  }

  void smaller_context(const LlmShape& shape) {
    LlmSettings settings = least_settings();
    if (settings.num_ctx >= wish_.settings.num_ctx) return;
    if (const auto fits = context_that_fits(shape, wish_.settings, room_.card_after, wish_.least_ctx))
      settings.num_ctx = std::min(*fits, wish_.settings.num_ctx);
    on_card(LlmStepKind::SmallerContext, wish_.model.model, shape, settings, room_.card_after, to_unload());
  }

  void smaller_context_on_cpu(const LlmShape& shape) {
    const LlmSettings settings = least_settings();
    if (settings.num_ctx < wish_.settings.num_ctx)
      on_cpu(LlmStepKind::SmallerContext, wish_.model.model, shape, settings, room_.host_after, to_unload());
  }

  void part_on_cpu(const LlmShape& shape) {
    LlmSettings settings = least_settings();
    const int layers = layers_that_fit(shape, settings, room_.card_after);
    // All of them: the step before has said so. None: that is the CPU's step.
    if (layers == 0 || layers > shape.layers) return;
    settings.gpu_layers = layers;
    const LlmNeed need = llm_need(shape, settings);
    add({LlmStepKind::PartOnCpu,
         wish_.model.model,
         settings.num_ctx,
         layers,
         room_.card + " + cpu",
         need.gpu,
         room_.card_after,
         Fit::Unknown,
         to_unload(),
         {}},
        need.host, room_.host_after);
  }

  const LlmWish& wish_;
  Room room_;
  std::vector<LlmStep> steps_;
};

}  // namespace

std::string_view to_string(LlmStepKind kind) {
  constexpr std::array<std::string_view, 7> names = {"as wished",          "unload others", "smaller context",
                                                     "part on the CPU",    "smaller model", "on the CPU",
                                                     "embedded classifier"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<LlmStep> llm_steps(const LlmWish& wish, const Devices& devices, const Reserves& reserves) {
  if (wish.place == HostPlace::Elsewhere) {
    std::vector<LlmStep> steps;
    const auto ask = [&](LlmStepKind kind, const std::string& model, int context) {
      steps.push_back({kind,
                       model,
                       context,
                       {},
                       "another machine",
                       0,
                       0,
                       Fit::Unknown,
                       {},
                       model + " on another machine, whose memory Skald cannot see"});
    };
    ask(LlmStepKind::AsWished, wish.model.model, wish.settings.num_ctx);
    if (wish.least_ctx < wish.settings.num_ctx)
      ask(LlmStepKind::SmallerContext, wish.model.model, wish.least_ctx);
    for (const LlmCandidate& candidate : wish.smaller)
      ask(LlmStepKind::SmallerModel, candidate.model, wish.settings.num_ctx);
    steps.push_back({LlmStepKind::BuiltIn, {}, 0, {}, "cpu", 0, 0, Fit::Yes, {}, "the embedded classifier"});
    return steps;
  }
  return LlmSteps(wish, room_of(wish, devices, reserves)).all();
}

Result<std::vector<ModelFit>> model_fits(ModelHost& host, const LlmSettings& settings, LlmDevices where,
                                         const Devices& devices, const Reserves& reserves) {
  std::vector<HostedModel> installed = TRY(host.installed());
  std::stable_sort(installed.begin(), installed.end(),
                   [](const HostedModel& a, const HostedModel& b) { return a.size > b.size; });
  LlmWish wish;
  wish.settings = settings;
  wish.loaded = TRY(host.loaded());
  wish.where = where;
  wish.place = host.place();
  std::vector<ModelFit> fits;
  for (const HostedModel& model : installed) {
    wish.model = {model.name, model.size, {}};
    if (auto shape = host.shape(model.name)) wish.model.shape = std::move(*shape);
    ModelFit fit{model.name, 0, Fit::Unknown, Fit::Unknown};
    for (const LlmStep& step : llm_steps(wish, devices, reserves)) {
      if (step.kind == LlmStepKind::AsWished) {
        fit.needed = step.needed;
        fit.now = fit.after_unloading = step.fit;
      }
      if (step.kind == LlmStepKind::UnloadOthers) fit.after_unloading = step.fit;
    }
    fits.push_back(std::move(fit));
  }
  return fits;
}

std::size_t first_that_fits(const std::vector<LlmStep>& steps) {
  const auto found =
      std::find_if(steps.begin(), steps.end(), [](const LlmStep& step) { return step.fit != Fit::No; });
  return static_cast<std::size_t>(found - steps.begin());
}

}  // namespace skald
