#include "api/events.hpp"

#include <chrono>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace skald::api {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);  // so that a client that went away is noticed soon
constexpr int kSilentTurns = 15;                     // of a second each, then a comment keeps the line alive
constexpr std::string_view kHeartbeat = ": still here\n\n";

}  // namespace

std::string event_text(const std::string& id, std::string_view kind, const Json& data) {
  // JSON on one line holds no line break that could end the event early.
  return "id: " + id + "\nevent: " + std::string(kind) + "\ndata: " + without_secrets(to_line(data)) + "\n\n";
}

/// A reader's place in the ring.
class EventHub::Stream {
 public:
  Stream(EventHub& hub, std::uint64_t next, std::string greeting)
      : hub_(hub), next_(next), greeting_(std::move(greeting)) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    const std::lock_guard lock(hub_.mutex_);
    --hub_.streams_;
  }

  std::optional<std::string> read() {
    if (!greeting_.empty()) return std::exchange(greeting_, {});
    std::unique_lock lock(hub_.mutex_);
    hub_.changed_.wait_for(lock, kPatience, [&] { return hub_.closed_ || next_ < hub_.next_; });
    if (hub_.closed_) return std::nullopt;
    if (next_ < hub_.first_) return std::nullopt;  // too slow: it comes back and is told to read anew
    std::string text;
    for (; next_ < hub_.next_; ++next_) text += hub_.ring_[next_ - hub_.first_];
    silent_turns_ = text.empty() ? silent_turns_ + 1 : 0;
    if (silent_turns_ >= kSilentTurns) {
      silent_turns_ = 0;
      return std::string(kHeartbeat);
    }
    return text;
  }

 private:
  EventHub& hub_;
  std::uint64_t next_;
  std::string greeting_;
  int silent_turns_ = 0;
};

void EventHub::publish(std::string_view kind, const Json& data) {
  {
    const std::lock_guard lock(mutex_);
    ring_.push_back(event_text(id_of(next_), kind, data));
    ++next_;
    while (ring_.size() > kept_) {
      ring_.pop_front();
      ++first_;
    }
  }
  changed_.notify_all();
}

void EventHub::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::optional<std::uint64_t> EventHub::after(std::string_view last_id) const {
  if (last_id.empty()) return next_;
  if (!last_id.starts_with(epoch_ + "-")) return std::nullopt;
  const auto number = whole_number(last_id.substr(epoch_.size() + 1));
  if (!number || *number + 1 < first_ || *number >= next_) return std::nullopt;
  return *number + 1;
}

Result<StreamBody> EventHub::follow(std::string_view last_id) {
  const std::lock_guard lock(mutex_);
  if (streams_ >= most_streams_)
    return fail(ErrorCode::Unavailable, "too many event streams are open",
                "Close some pages, then try again.");
  const auto found = after(last_id);
  const std::uint64_t next = found.value_or(next_);
  const std::string greeting = "retry: 2000\n" + event_text(id_of(next - 1), found ? "hello" : "reset",
                                                            {{"next", next}, {"oldest", first_}});
  auto stream = std::make_shared<Stream>(*this, next, greeting);
  ++streams_;
  return StreamBody([stream = std::move(stream)] { return stream->read(); });
}

}  // namespace skald::api
