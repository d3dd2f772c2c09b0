#include "service/labels/ollama_steps.hpp"

#include <algorithm>
#include <map>

namespace skald {
namespace {

constexpr int kSmallBatch = 16;  // segments, where the context has to be small

int context_for(const llm::LlmTarget& target, const llm::LlmJob& job) {
  const int tokens = llm::estimate(target, job, {}).num_ctx;
  return (std::max(tokens, 1024) + 255) / 256 * 256;
}

class Chooser {
 public:
  Chooser(ModelHost& host, const OllamaWish& wish, const Devices& devices, const Reserves& reserves,
          std::vector<HostedModel> installed, std::vector<HostedModel> loaded)
      : host_(host),
        wish_(wish),
        devices_(devices),
        reserves_(reserves),
        installed_(std::move(installed)),
        loaded_(std::move(loaded)) {
    std::stable_sort(installed_.begin(), installed_.end(),
                     [](const HostedModel& a, const HostedModel& b) { return a.size > b.size; });
  }

  OllamaSteps choose() {
    if (!wish_.model.empty()) return steps_for(wish_.model);
    for (const HostedModel& model : installed_) {
      OllamaSteps found = steps_for(model.name);
      if (found.steps.front().fit != Fit::No) return found;
    }
    return steps_for(installed_.back().name);
  }

 private:
  OllamaSteps steps_for(const std::string& model) {
    LlmWish wish;
    wish.model = candidate(model);
    wish.settings.num_ctx = wish_.num_ctx;
    wish.least_ctx = std::min(wish_.least_ctx, wish_.num_ctx);
    wish.smaller = smaller_than(wish.model);
    wish.loaded = loaded_;
    wish.unloading = wish_.unloading;
    wish.where = wish_.where;
    wish.place = host_.place();
    const bool loaded = std::any_of(loaded_.begin(), loaded_.end(),
                                    [&](const HostedModel& m) { return same_model(m.name, model); });
    return {model, llm_steps(wish, devices_, reserves_), loaded};
  }

  // The server is asked once for each model, however many are weighed against each other.
  const LlmCandidate& candidate(const std::string& model) {
    const auto [known, added] = candidates_.try_emplace(model, LlmCandidate{model, 0, {}});
    LlmCandidate& made = known->second;
    if (!added) return made;
    for (const HostedModel& m : installed_)
      if (same_model(m.name, model)) made.size = m.size;
    if (auto shape = host_.shape(model)) made.shape = std::move(*shape);
    return made;
  }

  std::vector<LlmCandidate> smaller_than(const LlmCandidate& model) {
    std::vector<LlmCandidate> smaller;
    if (!wish_.fallback.empty() && !same_model(wish_.fallback, model.model))
      smaller.push_back(candidate(wish_.fallback));
    for (const HostedModel& m : installed_) {
      const bool named = !wish_.fallback.empty() && same_model(m.name, wish_.fallback);
      if (m.size < model.size && !named) smaller.push_back(candidate(m.name));
    }
    return smaller;
  }

  ModelHost& host_;
  const OllamaWish& wish_;
  const Devices& devices_;
  const Reserves& reserves_;
  std::vector<HostedModel> installed_, loaded_;
  std::map<std::string, LlmCandidate> candidates_;
};

}  // namespace

void follow(const ContextSettings& settings, llm::LlmJob& job) {
  job.context = {settings.max_segments, settings.past_seconds, settings.future_seconds};
  job.batch_segments = settings.batch_segments;
}

OllamaWish wish_of(const llm::LlmJob& job, const LlmServices& services, LlmDevices where) {
  llm::LlmTarget target;
  target.service = services.ollama.name;
  llm::LlmJob small = job;
  small.batch_segments = std::min(kSmallBatch, llm::batch_size(target, job));
  OllamaWish wish;
  wish.model = services.ollama.model;
  wish.fallback = services.ollama_fallback_model;
  wish.num_ctx = context_for(target, job);
  wish.least_ctx = context_for(target, small);
  wish.unloading = services.unload == OllamaUnload::All ? Unloading::Allowed : Unloading::Forbidden;
  wish.where = where;
  return wish;
}

Result<OllamaSteps> ollama_steps(ModelHost& host, const OllamaWish& wish, const Devices& devices,
                                 const Reserves& reserves) {
  auto installed = TRY(host.installed());
  if (installed.empty())
    return fail(ErrorCode::Unavailable, "Ollama has no model",
                "Fetch one with `ollama pull`, or choose another --classifier.");
  auto loaded = TRY(host.loaded());
  return Chooser(host, wish, devices, reserves, std::move(installed), std::move(loaded)).choose();
}

}  // namespace skald
