#include "api/watch.hpp"

#include <chrono>
#include <utility>

namespace skald::api {

Json session_json(const Session& session) {
  const RunRecord& newest = session.runs.front();
  return {{"id", session.id},
          {"name", session.name},
          {"state", to_string(newest.state)},
          {"started", newest.started},
          {"runs", session.runs.size()}};
}

void SessionChanges::look(const std::vector<Session>& sessions, EventHub& events) {
  std::map<std::int64_t, Json> now;
  for (const Session& session : sessions) now.emplace(session.id, session_json(session));
  if (std::exchange(looked_, true)) {
    for (const auto& [id, json] : known_)
      if (!now.contains(id)) events.publish("session.removed", json);
    for (const auto& [id, json] : now) {
      const auto before = known_.find(id);
      if (before == known_.end())
        events.publish("session.added", json);
      else if (before->second != json)
        events.publish("session.changed", json);
    }
  }
  known_ = std::move(now);
}

Result<std::unique_ptr<SessionWatch>> SessionWatch::start(const std::filesystem::path& home, EventHub& events,
                                                          ReviewBook& reviews) {
  auto store = TRY(Store::open(home));
  std::unique_ptr<SessionWatch> watch(new SessionWatch(std::move(store), events, reviews));
  watch->look();
  watch->thread_ = std::thread([self = watch.get()] { self->run(); });
  return watch;
}

SessionWatch::~SessionWatch() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SessionWatch::nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_all();
}

void SessionWatch::run() {
  // Of sessions that an older Skald processed; without it they are not found, and nothing else is lost.
  (void)reviews_.index_all();
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::seconds(1), [this] { return nudged_ || ending_; });
      if (ending_) return;
      nudged_ = false;
    }
    if (look()) (void)reviews_.index_all();
  }
}

bool SessionWatch::look() {
  const auto version = store_->version_of_data();
  if (!version || *version == seen_) return false;
  const auto sessions = all_sessions(*store_);
  if (!sessions) return false;
  seen_ = *version;
  changes_.look(*sessions, events_);
  return true;
}

}  // namespace skald::api
