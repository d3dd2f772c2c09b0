// Which language model is asked, where, and under which limits; and how such a service fails.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skald::llm {

/// Limits of one's own, beside those that the service tells. 0: none.
struct Limits {
  int burst = 0;              // calls at once ...
  double period_seconds = 0;  // ... and the time after which as many are allowed again
  double calls_per_second = 0;
  std::int64_t tokens_per_day = 0;
};

/// A service and a model of it. `service` is also the name of the backend that labels carry.
struct LlmTarget {
  std::string service;   // "ollama", or an OpenAI-compatible one: "groq", "openai", "compatible"
  std::string base_url;  // "http://localhost:11434", "https://api.groq.com/openai/v1"
  std::string key;
  std::string model;
  // Ollama alone:
  int num_ctx = 0;             // at most so many tokens of context; 0: as many as a batch needs
  std::optional<int> num_gpu;  // layers on the card; 0: on the CPU; nothing: as Ollama sees fit
  int threads = 0;             // 0: as Ollama sees fit
  std::chrono::seconds keep_alive{300};
  // All:
  Limits limits;
  std::chrono::seconds silence{600};  // without a byte: as long as a slow disk loads a large model
  std::filesystem::path ledger;       // counts tokens by day and service; empty: they are not counted

  bool is_ollama() const { return service == "ollama"; }
};

enum class LlmFailure {
  OutOfMemory,
  UnknownModel,
  RunnerDied,
  Unreachable,
  TimedOut,
  Unauthorized,
  RateLimited,
  QuotaSpent,
  TooLarge,   // the request; a smaller one may do
  BadAnswer,  // words that are no labels
  Refused,    // the service does not want the request as it is
  Server,
  Cancelled
};
std::string_view to_string(LlmFailure failure);

struct LlmError {
  LlmFailure failure = LlmFailure::Server;
  std::string message;  // one sentence; what the service said, without secrets
  std::optional<std::uint64_t> needed_bytes, available_bytes;  // OutOfMemory, where told
  std::optional<double> retry_after;                           // seconds, where told
};

template <typename T>
using LlmResult = tl::expected<T, LlmError>;

/// The error of this program for one of a service.
Error to_error(const LlmError& error);

/// Memory figures in a message: "(12.8 GiB) than is available (9.3 GiB)" gives both. GB and GiB, MB and MiB.
struct MemoryTold {
  std::optional<std::uint64_t> needed, available;
};
MemoryTold memory_told(std::string_view message);

/// Seconds in "6m0s", "1.5s", "120ms" or plain "20", as services tell how long to wait; nothing for other
/// text.
std::optional<double> wait_told(std::string_view text);

/// What is known of a failure from the status and body of a reply, or from a line of a log (status 0).
/// Recognises the words of Ollama and llama.cpp for want of memory, unknown models and dead runners, and the
/// error bodies of OpenAI-compatible services.
LlmError judge_failure(int status, std::string_view body, std::string_view retry_after = {});

}  // namespace skald::llm
