#include "service/cards/card_lock.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/text.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

// "cuda:0 is used by Skald (pid 812, session evening)".
std::string holder_text(const std::string& device, const fs::path& file) {
  const auto text = read_file(file, 4096);
  const std::string who = text ? repair_utf8(trim(*text)) : std::string();
  return device + " is used by " + (who.empty() ? "another run of Skald" : "Skald (" + who + ")");
}

}  // namespace

Result<FileLock> lock_card(const CardClaim& claim, WaitClock& clock, const CancelToken& cancel,
                           const std::function<void(std::string_view)>& tell) {
  std::string name = claim.device;
  for (char& c : name)
    if (c == ':') c = '-';
  const fs::path file = claim.locks / ("card-" + name);
  const double start = clock.now();
  for (bool told = false;; told = true) {
    if (auto held = TRY(FileLock::try_lock(file))) {
      TRY_VOID(held->note(fmt::format("pid {}, {}", ::getpid(), claim.who)));
      return std::move(*held);
    }
    const std::string who = holder_text(claim.device, file);
    if (clock.now() - start >= claim.patience_seconds)
      return fail(ErrorCode::Unavailable, who, "Wait until that run has ended, or use --device cpu.");
    if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled while " + who);
    if (!told) tell(fmt::format("{}; waiting {:.0f} s for it", who, claim.patience_seconds));
    clock.wait(claim.poll_seconds, cancel);
  }
}

}  // namespace skald
