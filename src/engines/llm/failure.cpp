// How services tell that they failed: statuses, bodies, and the words of Ollama and llama.cpp.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "engines/llm/target.hpp"
#include "formats/fields.hpp"

namespace skald::llm {
namespace {

constexpr std::size_t kMaxMessage = 400;

constexpr std::array<std::string_view, 14> kMemoryWords = {"requires more system memory",
                                                           "memory layout cannot be allocated",
                                                           "ggml_assert(ctx->mem_buffer != null) failed",
                                                           "low-vram retry also failed",
                                                           "reported out-of-memory",
                                                           "cudamalloc failed",
                                                           "failed to allocate",
                                                           "unable to allocate",
                                                           "not enough memory",
                                                           "out of memory",
                                                           "insufficient memory",
                                                           "cannot allocate memory",
                                                           "cuda_error_out_of_memory",
                                                           "std::bad_alloc"};
constexpr std::array<std::string_view, 5> kRunnerWords = {
    "runner process has terminated", "runner process no longer running", "llama runner terminated",
    "runner exited", "model runner has unexpectedly stopped"};
constexpr std::array<std::string_view, 7> kDailyWords = {
    "tokens per day", "requests per day",   "(tpd)",
    "(rpd)",          "insufficient_quota", "exceeded your current quota",
    "daily limit"};
constexpr std::array<std::string_view, 7> kLengthWords = {
    "context length",    "context_length_exceeded", "maximum context",  "context size",
    "request too large", "too many tokens",         "reduce the length"};

template <std::size_t N>
bool holds(std::string_view lower, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string_view::npos; });
}

// The sentence of an error body: {"error":"..."}, {"error":{"message","code"}}, {"message"}, or the text
// itself.
std::string message_in(std::string_view body) {
  const auto json = parse_outside_json(body, "answer");
  std::string text;
  if (json && json->is_object()) {
    const Json error = json->contains("error") ? json->at("error") : *json;
    if (error.is_string()) {
      text = error.get<std::string>();
    } else if (error.is_object()) {
      text = text_at(error, "message");
      for (const char* key : {"code", "type"})
        if (const std::string more = text_at(error, key); !more.empty()) text += " [" + more + "]";
    }
  }
  if (text.empty()) text = std::string(trim(body));
  text = without_secrets(repair_utf8(text));
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  if (text.size() > kMaxMessage) text = repair_utf8(text.substr(0, kMaxMessage)) + " ...";
  return text;
}

// "1.5s", "6m0s", "2h3m", "120ms" or plain seconds; as `retry-after` and `x-ratelimit-reset-*` tell.
std::optional<double> from_try_again(std::string_view message) {
  constexpr std::string_view kWords = "try again in ";
  const auto at = message.find(kWords);
  return at == std::string_view::npos ? std::nullopt : wait_told(message.substr(at + kWords.size()));
}

LlmFailure kind_of(int status, std::string_view lower) {
  if (holds(lower, kMemoryWords)) return LlmFailure::OutOfMemory;
  if (holds(lower, kRunnerWords)) return LlmFailure::RunnerDied;
  const bool daily = holds(lower, kDailyWords);
  if (status == 429 || status == 402)
    return daily || status == 402 ? LlmFailure::QuotaSpent : LlmFailure::RateLimited;
  if (status == 413 || ((status == 400 || status == 422 || status == 500) && holds(lower, kLengthWords)))
    return LlmFailure::TooLarge;
  if (status == 401 || status == 403) return LlmFailure::Unauthorized;
  const bool model = lower.find("model") != std::string_view::npos;
  const bool unknown = lower.find("not found") != std::string_view::npos ||
                       lower.find("does not exist") != std::string_view::npos ||
                       lower.find("model_not_found") != std::string_view::npos ||
                       lower.find("decommissioned") != std::string_view::npos;
  if (model && unknown && (status == 404 || status == 400 || status == 0)) return LlmFailure::UnknownModel;
  if (status == 408 || status == 504) return LlmFailure::TimedOut;
  if (lower.find("json_validate_failed") != std::string_view::npos) return LlmFailure::BadAnswer;
  if (status >= 300 && status < 500) return LlmFailure::Refused;
  return LlmFailure::Server;
}

std::optional<std::uint64_t> bytes_at(std::string_view text, std::size_t& at) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  while (at < text.size() && !digit(at)) ++at;
  std::size_t end = at;
  while (end < text.size() && (digit(end) || ((text[end] == '.' || text[end] == ',') && digit(end + 1))))
    ++end;
  const auto number = parse_number(text.substr(at, end - at));
  at = end;
  while (end < text.size() && text[end] == ' ') ++end;
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr std::array<Unit, 9> kUnits = {{{"gib", 1073741824.0},
                                           {"mib", 1048576.0},
                                           {"kib", 1024.0},
                                           {"tib", 1099511627776.0},
                                           {"gb", 1e9},
                                           {"mb", 1e6},
                                           {"kb", 1e3},
                                           {"tb", 1e12},
                                           {"bytes", 1}}};
  for (const Unit& unit : kUnits) {
    if (text.substr(end, unit.name.size()) != unit.name) continue;
    const std::size_t after = end + unit.name.size();
    if (after < text.size() && std::isalpha(static_cast<unsigned char>(text[after])) != 0) continue;
    at = after;
    if (!number || *number < 0 || *number * unit.bytes > 1e18) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(*number * unit.bytes));
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(LlmFailure failure) {
  constexpr std::array<std::string_view, 13> kNames = {
      "out of memory", "unknown model", "runner died", "unreachable", "timed out",
      "unauthorized",  "rate limited",  "quota spent", "too large",   "bad answer",
      "refused",       "server error",  "cancelled"};
  return kNames[static_cast<std::size_t>(failure)];
}

Error to_error(const LlmError& error) {
  switch (error.failure) {
    case LlmFailure::OutOfMemory:
      return {ErrorCode::OutOfMemory, error.message, {}};
    case LlmFailure::UnknownModel:
      return {ErrorCode::NotFound, error.message,
              "Choose a model that the service has; `skald doctor` lists them."};
    case LlmFailure::Unauthorized:
      return {ErrorCode::InvalidConfig, error.message,
              "Check the key in the settings; `skald keys test` tries it."};
    case LlmFailure::Refused:
      return {ErrorCode::InvalidConfig, error.message, "Check the address and the model in the settings."};
    case LlmFailure::Cancelled:
      return {ErrorCode::Cancelled, error.message, {}};
    default:
      return {ErrorCode::Unavailable, error.message, {}};
  }
}

MemoryTold memory_told(std::string_view message) {
  const std::string lower = ascii_lower(message);
  MemoryTold told;
  std::vector<std::uint64_t> found;
  for (std::size_t at = 0; at < lower.size() && found.size() < 2;)
    if (const auto bytes = bytes_at(lower, at)) found.push_back(*bytes);
  if (!found.empty()) told.needed = found[0];
  if (found.size() > 1 && lower.find("available") != std::string::npos) told.available = found[1];
  return told;
}

std::optional<double> wait_told(std::string_view text) {
  text = trim(text);
  double seconds = 0;
  bool any = false;
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() && (std::isdigit(static_cast<unsigned char>(text[digits])) != 0 ||
                                    (text[digits] == '.' && digits + 1 < text.size() &&
                                     std::isdigit(static_cast<unsigned char>(text[digits + 1])) != 0)))
      ++digits;
    const auto number = parse_number(text.substr(0, digits));
    if (!number) break;
    text.remove_prefix(digits);
    const bool milli = text.starts_with("ms");
    const double unit = milli                   ? 0.001
                        : text.starts_with("s") ? 1
                        : text.starts_with("m") ? 60
                        : text.starts_with("h") ? 3600
                        : text.starts_with("d") ? 86400
                                                : 0;
    if (unit == 0 && any) break;
    seconds += *number * (unit == 0 ? 1 : unit);
    any = true;
    if (unit == 0) break;
    text.remove_prefix(milli ? 2 : 1);
  }
  if (!any || !std::isfinite(seconds) || seconds < 0) return std::nullopt;
  return std::min(seconds, 30.0 * 86400);
}

LlmError judge_failure(int status, std::string_view body, std::string_view retry_after) {
  LlmError error;
  error.message = message_in(body);
  const std::string lower = ascii_lower(error.message);
  error.failure = kind_of(status, lower);
  if (error.failure == LlmFailure::OutOfMemory) {
    const MemoryTold told = memory_told(error.message);
    error.needed_bytes = told.needed;
    error.available_bytes = told.available;
  }
  error.retry_after = wait_told(retry_after);
  if (!error.retry_after) error.retry_after = from_try_again(lower);
  if (status >= 300 && status < 400) error.message = "it sends elsewhere; " + error.message;
  if (error.message.empty()) error.message = "no words";
  if (status != 0) error.message = "HTTP " + std::to_string(status) + ": " + error.message;
  return error;
}

}  // namespace skald::llm
