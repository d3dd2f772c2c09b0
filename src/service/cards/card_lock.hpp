// The right to use a card of this machine, among all runs of Skald that share a home: two at once would take
// each other's memory.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/memory/broker.hpp"
#include "pipeline/ports.hpp"
#include "store/store.hpp"

namespace skald {

struct CardClaim {
  std::filesystem::path locks;  // $SKALD_HOME/locks
  std::string device;           // "cuda:0"
  std::string who;              // "session evening": others read it
  double patience_seconds = 5;
  double poll_seconds = 0.25;
};

/// Waits a short time while another process holds the card, and says once who. Unavailable, which names the
/// holder, where it is held for longer. Ends with the object; the kernel ends it when the process dies.
Result<FileLock> lock_card(const CardClaim& claim, WaitClock& clock, const CancelToken& cancel,
                           const std::function<void(std::string_view)>& tell);

}  // namespace skald
