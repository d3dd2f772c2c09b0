// One stage on a card: the card is locked, room is made, memory is granted, and afterwards waited for until
// it is back.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/memory/broker.hpp"
#include "service/cards/card_lock.hpp"

namespace skald {

struct CardUser {
  MemoryBroker& broker;
  WaitClock& clock;
  CardClaim claim;
  std::string tenant;                          // "worker_asr"
  std::function<Status()> make_room;           // unloads what others may lose
  std::function<void(std::string_view)> tell;  // a line that is worth knowing
  std::function<void(std::string_view)> warn;  // one that is worth acting on
  const CancelToken& cancel;
};

/// Hears the process that works on the card, once it runs.
using WorkerStarted = std::function<void(int pid)>;

/// Runs `work` as a tenant of `bytes` of the card. Unavailable where another run of Skald has the card,
/// OutOfMemory where others hold its memory; both name the holder. Else what `work` says.
Status use_card(const CardUser& user, std::uint64_t bytes,
                const std::function<Status(const WorkerStarted&)>& work);

}  // namespace skald
