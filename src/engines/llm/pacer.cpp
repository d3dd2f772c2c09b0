#include "engines/llm/pacer.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>

#include "base/files.hpp"
#include "formats/fields.hpp"

namespace skald::llm {
namespace {

constexpr const char* kFile = "llm_tokens.json";
constexpr const char* kLock = "llm_tokens.lock";

LlmError quota(std::string message) {
  return {LlmFailure::QuotaSpent, std::move(message), {}, {}, {}};
}

}  // namespace

std::filesystem::path ledger_folder(const std::filesystem::path& home) {
  return home / "tokens";
}

TokenLedger::TokenLedger(std::filesystem::path folder, std::string service)
    : folder_(std::move(folder)), service_(std::move(service)) {}

std::int64_t TokenLedger::used(const std::string& day) const {
  std::error_code error;
  if (folder_.empty() || !std::filesystem::exists(folder_ / kFile, error)) return 0;
  const auto json = read_json_file(folder_ / kFile);
  if (!json || text_at(*json, "day") != day || !json->contains("used")) return 0;
  const auto number = json->at("used").is_object() ? number_at(json->at("used"), service_) : std::nullopt;
  return number && *number > 0 && *number < 1e15 ? static_cast<std::int64_t>(*number) : 0;
}

Status TokenLedger::add(const std::string& day, std::int64_t tokens) {
  if (folder_.empty()) return {};
  TRY_VOID(make_directories(folder_));
  const std::string lock_name = (folder_ / kLock).string();
  const Fd lock(::open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0)
    return tl::unexpected(errno_error(errno, "lock", lock_name));
  Json used = Json::object();
  std::error_code error;
  if (std::filesystem::exists(folder_ / kFile, error))
    if (const auto json = read_json_file(folder_ / kFile);
        json && text_at(*json, "day") == day && json->contains("used") && json->at("used").is_object())
      used = json->at("used");
  used[service_] = this->used(day) + tokens;
  return write_file_atomic(folder_ / kFile, to_pretty(Json{{"day", day}, {"used", std::move(used)}}));
}

Pacer::Pacer(const LlmTarget& target, const Timing& timing)
    : limits_(target.limits),
      timing_(timing),
      ledger_(target.ledger, target.service),
      tokens_in_bucket_(target.limits.burst),
      filled_at_(timing.now()) {}

std::optional<std::int64_t> Pacer::left_today() const {
  if (limits_.tokens_per_day <= 0) return std::nullopt;
  return std::max<std::int64_t>(0, limits_.tokens_per_day - ledger_.used(timing_.day()));
}

double Pacer::own_delay(double now) {
  double delay = 0;
  if (limits_.calls_per_second > 0 && last_call_)
    delay = std::max(delay, *last_call_ + 1 / limits_.calls_per_second - now);
  if (limits_.burst > 0 && limits_.period_seconds > 0) {
    const double rate = limits_.burst / limits_.period_seconds;
    tokens_in_bucket_ = std::min<double>(limits_.burst, tokens_in_bucket_ + (now - filled_at_) * rate);
    filled_at_ = now;
    if (tokens_in_bucket_ < 1) delay = std::max(delay, (1 - tokens_in_bucket_) / rate);
  }
  return delay;
}

LlmResult<void> Pacer::wait(double seconds, const char* why, const CancelToken& cancel) {
  if (seconds > kLongestWait)
    return tl::unexpected(quota(std::string("the limit of ") + why + " is used up for another " +
                                std::to_string(static_cast<long>(seconds / 60)) + " minutes"));
  if (seconds > 0) timing_.wait(seconds, cancel);
  if (cancel.cancelled()) return tl::unexpected(LlmError{LlmFailure::Cancelled, "stopped", {}, {}, {}});
  return {};
}

LlmResult<void> Pacer::admit(std::int64_t tokens, const RateTold& told, const CancelToken& cancel) {
  if (const auto left = left_today(); left && *left < tokens)
    return tl::unexpected(quota("of today's " + std::to_string(limits_.tokens_per_day) + " tokens " +
                                std::to_string(*left) + " are left, too few for the next batch"));
  if (told.requests_left && *told.requests_left < 1 && told.requests_reset)
    if (auto waited = wait(*told.requests_reset, "requests", cancel); !waited) return waited;
  if (told.tokens_left && *told.tokens_left < static_cast<double>(tokens) && told.tokens_reset)
    if (auto waited = wait(*told.tokens_reset, "tokens", cancel); !waited) return waited;
  if (auto waited = wait(own_delay(timing_.now()), "own calls", cancel); !waited) return waited;
  own_delay(timing_.now());
  tokens_in_bucket_ -= 1;
  last_call_ = timing_.now();
  return {};
}

Status Pacer::used(std::int64_t tokens) {
  if (limits_.tokens_per_day <= 0) return {};  // nobody asks for the count
  return ledger_.add(timing_.day(), tokens);
}

}  // namespace skald::llm
