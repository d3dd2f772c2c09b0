#include "service/settings/services.hpp"

#include "base/text.hpp"

namespace skald {
namespace {

OllamaUnload unload_from(const std::string& word) {
  const std::string lower = ascii_lower(word);
  return lower == "never" ? OllamaUnload::Never : lower == "all" ? OllamaUnload::All : OllamaUnload::Own;
}

}  // namespace

LlmServices llm_services(const Settings& settings) {
  LlmServices llm;
  llm.ollama = {"ollama", settings.text("OLLAMA_BASE_URL"), "", settings.text("OLLAMA_MODEL"), ""};
  llm.groq = {"groq", settings.text("GROQ_BASE_URL"), settings.text("GROQ_API_KEY"),
              settings.text("GROQ_MODEL"), settings.text("GROQ_SPEECH_MODEL")};
  llm.openai = {"openai", settings.text("OPENAI_BASE_URL"), settings.text("OPENAI_API_KEY"),
                settings.text("OPENAI_MODEL"), settings.text("OPENAI_SPEECH_MODEL")};
  llm.compatible = {"compatible", settings.text("LLM_BASE_URL"), settings.text("LLM_API_KEY"),
                    settings.text("LLM_MODEL"), ""};
  llm.ollama_fallback_model = settings.text("OLLAMA_FALLBACK_MODEL");
  llm.unload = unload_from(settings.text("OLLAMA_UNLOAD"));
  llm.silence_seconds = static_cast<int>(settings.number("LLM_TIMEOUT_SECONDS"));
  llm.calls = {settings.number("GROQ_MAX_CALLS_PER_SECOND"),
               static_cast<int>(settings.number("GROQ_RATE_LIMIT_BURST")),
               settings.number("GROQ_RATE_LIMIT_PERIOD_SECONDS")};
  llm.context = {static_cast<int>(settings.number("CLASSIFICATION_BATCH_SIZE")),
                 static_cast<int>(settings.number("CLASSIFIER_CONTEXT_MAX_SEGMENTS")),
                 settings.number("CLASSIFIER_CONTEXT_PAST_SECONDS"),
                 settings.number("CLASSIFIER_CONTEXT_FUTURE_SECONDS")};
  if (!settings.text("LLM_DAILY_TOKENS").empty())
    llm.daily_tokens = static_cast<std::int64_t>(settings.number("LLM_DAILY_TOKENS"));
  return llm;
}

std::vector<ServiceSettings> configured_services(const LlmServices& settings) {
  std::vector<ServiceSettings> services = {settings.ollama};
  for (const ServiceSettings* cloud : {&settings.groq, &settings.openai})
    if (!cloud->key.empty()) services.push_back(*cloud);
  if (!settings.compatible.base_url.empty()) services.push_back(settings.compatible);
  return services;
}

}  // namespace skald
