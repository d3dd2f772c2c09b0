#include "service/settings/llm_services.hpp"

#include <array>

namespace skald {
namespace {

constexpr std::int64_t kGroqFreeTokens = 100000;  // a day, without payment

}  // namespace

const ServiceSettings* LlmServices::service(std::string_view name) const {
  for (const ServiceSettings* each : {&ollama, &groq, &openai, &compatible})
    if (each->name == name) return each;
  return nullptr;
}

void LlmServices::choose_model(std::string_view service_name, const std::string& model) {
  for (ServiceSettings* each : {&ollama, &groq, &openai, &compatible})
    if (each->name == service_name) each->model = model;
}

std::optional<std::int64_t> LlmServices::tokens_per_day(std::string_view service_name) const {
  if (service_name == ollama.name) return std::nullopt;
  if (daily_tokens) return daily_tokens;
  return service_name == groq.name ? std::optional(kGroqFreeTokens) : std::nullopt;
}

}  // namespace skald
