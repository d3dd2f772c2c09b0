// Keeps calls within the limits of a service and one's own, and counts its tokens by day.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engines/llm/chat.hpp"
#include "engines/llm/label_run.hpp"

namespace skald::llm {

/// Where tokens are counted, below the program's home.
std::filesystem::path ledger_folder(const std::filesystem::path& home);

/// Tokens by service and day, in a file that several runs share. Other days are forgotten.
class TokenLedger {
 public:
  TokenLedger(std::filesystem::path folder, std::string service);
  /// 0 without a folder, and where the file is missing or damaged.
  std::int64_t used(const std::string& day) const;
  Status add(const std::string& day, std::int64_t tokens);

 private:
  std::filesystem::path folder_;
  std::string service_;
};

class Pacer {
 public:
  Pacer(const LlmTarget& target, const Timing& timing);

  /// Waits until a call of about so many tokens may be made. Fails with QuotaSpent where today's budget does
  /// not hold it, or the service wants to be left alone for long; with Cancelled.
  LlmResult<void> admit(std::int64_t tokens, const RateTold& told, const CancelToken& cancel);
  /// A call has used so many; counted where a day has a budget.
  Status used(std::int64_t tokens);
  std::optional<std::int64_t> left_today() const;

 private:
  double own_delay(double now);
  LlmResult<void> wait(double seconds, const char* why, const CancelToken& cancel);

  Limits limits_;
  Timing timing_;
  TokenLedger ledger_;
  double tokens_in_bucket_;
  double filled_at_;
  std::optional<double> last_call_;
};

/// The longest wait for a service; what lasts longer is a quota that is spent.
inline constexpr double kLongestWait = 180;  // seconds

}  // namespace skald::llm
