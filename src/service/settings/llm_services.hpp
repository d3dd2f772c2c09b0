// What is set up for language model services: addresses, keys, models, limits.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skald {

/// Where a service is, and what it may be asked with. `name`: ollama, groq, openai or compatible.
struct ServiceSettings {
  std::string name;
  std::string base_url;
  std::string key;           // empty: none
  std::string model;         // empty: the caller chooses from what the service lists
  std::string speech_model;  // to transcribe with; empty: the service cannot
};

/// Own limits on calls: `burst` at once, refilled evenly over `period_seconds`, never more than
/// `calls_per_second`.
struct CallLimits {
  double calls_per_second = 0;
  int burst = 0;
  double period_seconds = 0;
};

/// What a language model sees around a batch of segments.
struct ContextSettings {
  int batch_segments = 0;  // 0: as many as suit the service
  int max_segments = 0;
  double past_seconds = 0;
  double future_seconds = 0;
};

enum class OllamaUnload { Never, Own, All };

/// The settings of a service that has a key.
struct ServiceKey {
  std::string_view service, address, key;
};
inline constexpr std::array<ServiceKey, 4> kServiceKeys = {{{"groq", "GROQ_BASE_URL", "GROQ_API_KEY"},
                                                            {"openai", "OPENAI_BASE_URL", "OPENAI_API_KEY"},
                                                            {"compatible", "LLM_BASE_URL", "LLM_API_KEY"},
                                                            {"huggingface", "HF_ENDPOINT", "HF_TOKEN"}}};

struct LlmServices {
  ServiceSettings ollama, groq, openai, compatible;
  std::string ollama_fallback_model;
  OllamaUnload unload = OllamaUnload::Own;
  int silence_seconds = 600;  // that a service may stay without a byte
  CallLimits calls;
  ContextSettings context;
  std::optional<std::int64_t> daily_tokens;  // as set

  /// The service of that name; nullptr for another name.
  const ServiceSettings* service(std::string_view name) const;
  /// Chooses the model of a service; nothing for another name.
  void choose_model(std::string_view service_name, const std::string& model);
  /// Tokens that a service may use up in a day; nothing where there is no limit.
  std::optional<std::int64_t> tokens_per_day(std::string_view service_name) const;
};

}  // namespace skald
