// Events that pages and scripts follow: numbered, the last of them kept for those who come back.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/message.hpp"

namespace skald::api {

/// One event as it is sent: "id", "event" and "data" lines, with the blank line that ends it.
std::string event_text(const std::string& id, std::string_view kind, const Json& data);

/// Keeps the last events in a ring; any number of threads may use it.
class EventHub {
 public:
  /// `epoch` names this start of the server: numbers of an earlier one mean nothing.
  explicit EventHub(std::string epoch, std::size_t kept = 1024, std::size_t most_streams = 64)
      : epoch_(std::move(epoch)), kept_(kept), most_streams_(most_streams) {}

  void publish(std::string_view kind, const Json& data);
  /// Ends all streams; later ones end at once.
  void close();

  /// The events after the one that `last_id` names, then those to come. Begins with "hello", or with "reset"
  /// where what came since is not known any more: the state is to be read anew. Unavailable: too many
  /// streams.
  Result<StreamBody> follow(std::string_view last_id);

 private:
  class Stream;
  std::string id_of(std::uint64_t number) const { return epoch_ + "-" + std::to_string(number); }
  /// Number of the first event to send, where all since `last_id` are kept.
  std::optional<std::uint64_t> after(std::string_view last_id) const;

  const std::string epoch_;
  const std::size_t kept_, most_streams_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> ring_;  // events first_ to next_ - 1
  std::uint64_t first_ = 1, next_ = 1;
  std::size_t streams_ = 0;
  bool closed_ = false;
};

}  // namespace skald::api
