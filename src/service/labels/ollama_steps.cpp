#include "service/labels/ollama_steps.hpp"

#include <algorithm>
#include <optional>

namespace skald {
namespace {

std::string tagged(const std::string& name) {
  return name.find(':') == std::string::npos ? name + ":latest" : name;
}

bool same_model(const std::string& a, const std::string& b) {
  return tagged(a) == tagged(b);
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

  LlmCandidate candidate(const std::string& model) {
    LlmCandidate made{model, 0, {}};
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
};

}  // namespace

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
