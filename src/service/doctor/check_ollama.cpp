// Ollama: is it there, what has it, what has it loaded, and what of it fits.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/secrets.hpp"
#include "engines/llm/ollama.hpp"
#include "pipeline/memory/broker.hpp"
#include "pipeline/memory/ladder.hpp"
#include "service/doctor/examine.hpp"
#include "service/settings/services.hpp"

namespace skald {
namespace {

constexpr int kContext = 4096;  // tokens that a batch of segments takes

Check one(Health health, std::string found, std::string advice) {
  return {"ollama", health, "Ollama", std::move(found), std::move(advice), nullptr};
}

std::string_view word(Fit fit) {
  return fit == Fit::Yes ? "yes" : fit == Fit::No ? "no" : "unknown";
}

Check model_check(const HostedModel& model, const ModelFit& fit, const std::vector<HostedModel>& loaded) {
  const auto held =
      std::find_if(loaded.begin(), loaded.end(), [&](const HostedModel& l) { return l.name == model.name; });
  const bool is_loaded = held != loaded.end();
  Check check{"ollama-model", Health::Ok, "  " + model.name, memory_text(model.size) + " on disk", "",
              nullptr};
  if (is_loaded)
    check.found += fmt::format(", loaded with {}, {} of it on a card", memory_text(held->size),
                               memory_text(held->size_vram));
  else if (fit.needed > 0)
    check.found += ", needs " + memory_text(fit.needed);
  check.details = {{"name", model.name},
                   {"size", model.size},
                   {"loaded", is_loaded},
                   {"needed", fit.needed},
                   {"fits_now", is_loaded ? "yes" : word(fit.now)},
                   {"fits_after_unloading", is_loaded ? "yes" : word(fit.after_unloading)}};
  if (is_loaded) {
    check.advice = fmt::format("It is ready; `ollama stop {}` gives its memory back.", model.name);
  } else if (fit.now == Fit::Yes) {
    check.advice = "Fits now.";
  } else if (fit.after_unloading == Fit::Yes) {
    check.advice = "Fits once the loaded models are gone: OLLAMA_UNLOAD=all lets Skald see to it.";
  } else if (fit.now == Fit::Unknown) {
    check.advice = "Ollama runs on another machine, whose memory cannot be seen from here.";
  } else {
    check.health = Health::Warning;
    check.advice = "Does not fit: Skald would take less context, a part on the CPU, or a smaller model.";
  }
  return check;
}

std::string names_of(const std::vector<HostedModel>& models) {
  std::string names;
  for (const HostedModel& model : models) names += (names.empty() ? "" : ", ") + model.name;
  return names;
}

// Whether the models of the settings are installed.
std::vector<Check> wished_models(const Settings& settings, const std::vector<HostedModel>& installed) {
  std::vector<Check> checks;
  for (const char* name : {"OLLAMA_MODEL", "OLLAMA_FALLBACK_MODEL"}) {
    const std::string wished = settings.text(name);
    const bool there = std::any_of(installed.begin(), installed.end(),
                                   [&](const HostedModel& model) { return same_model(model.name, wished); });
    if (!wished.empty() && !there)
      checks.push_back(one(Health::Warning,
                           std::string(name) + " names " + wished + ", which is not installed",
                           "`ollama pull " + wished + "`, or name one that is there."));
  }
  return checks;
}

}  // namespace

std::vector<Check> check_ollama(const Settings& settings, const Result<Devices>& devices,
                                const CancelToken& cancel) {
  const std::string url = settings.text("OLLAMA_BASE_URL");
  llm::Ollama ollama(url, &cancel);
  const auto version = ollama.version();
  const bool wished = settings.text("LLM_BACKEND") == "ollama";
  if (!version)
    return {one(wished ? Health::Warning : Health::Ok,
                "not there: " + without_secrets(version.error().message),
                wished ? "Start it with `ollama serve`; until then the embedded classifier labels."
                       : "It is not needed: the embedded classifier labels.")};
  const auto installed = ollama.installed();
  const auto loaded = ollama.loaded();
  if (!installed || !loaded)
    return {one(Health::Warning,
                "version " + *version + ", but it does not tell its models: " +
                    without_secrets((installed ? loaded.error() : installed.error()).message),
                "Start it again, or update it.")};
  std::vector<Check> checks = {one(
      Health::Ok,
      fmt::format("version {}, {} model(s), loaded: {}", *version, installed->size(),
                  loaded->empty() ? "none" : names_of(*loaded)),
      installed->empty() ? "`ollama pull NAME` fetches a model."
                         : "`--classifier ollama` lets it label; without it the embedded classifier does.")};
  checks.front().details = {{"version", *version}, {"models", installed->size()}, {"loaded", loaded->size()}};
  for (Check& check : wished_models(settings, *installed)) checks.push_back(std::move(check));
  std::vector<ModelFit> fits;
  if (devices) {
    LlmSettings llm;
    llm.num_ctx = kContext;
    const LlmDevices where =
        settings.text("INFERENCE_DEVICE") == "cpu" ? LlmDevices::CpuOnly : LlmDevices::Any;
    const BrokerSettings reserve;
    if (auto found = model_fits(ollama, llm, where, *devices, {reserve.gpu_reserve, reserve.host_reserve}))
      fits = std::move(*found);
  }
  for (const HostedModel& model : *installed) {
    const auto fit =
        std::find_if(fits.begin(), fits.end(), [&](const ModelFit& f) { return f.model == model.name; });
    checks.push_back(model_check(model, fit == fits.end() ? ModelFit{} : *fit, *loaded));
  }
  return checks;
}

}  // namespace skald
