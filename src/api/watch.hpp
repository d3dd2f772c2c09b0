// Notices what happens to sessions, whoever does it: this server, or `skald` in a terminal.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "api/events.hpp"
#include "service/review/review_book.hpp"
#include "service/sessions/sessions.hpp"

namespace skald::api {

/// The session as lists and events show it.
Json session_json(const Session& session);

/// What changed from one look to the next, as events "session.added", "session.changed" and
/// "session.removed".
class SessionChanges {
 public:
  /// The first call only remembers.
  void look(const std::vector<Session>& sessions, EventHub& events);

 private:
  std::map<std::int64_t, Json> known_;
  bool looked_ = false;
};

/// Looks once a second whether the database changed, on a thread of its own that ends with the object.
class SessionWatch {
 public:
  /// `reviews` learns, on that thread, what is to be searched.
  static Result<std::unique_ptr<SessionWatch>> start(const std::filesystem::path& home, EventHub& events,
                                                     ReviewBook& reviews);
  SessionWatch(const SessionWatch&) = delete;
  SessionWatch& operator=(const SessionWatch&) = delete;
  ~SessionWatch();
  /// Looks now.
  void nudge();

 private:
  SessionWatch(std::unique_ptr<Store> store, EventHub& events, ReviewBook& reviews)
      : store_(std::move(store)), events_(events), reviews_(reviews) {}
  void run();
  /// Nothing is told where the database cannot be read: the next look tells it. False: nothing is new.
  bool look();

  std::unique_ptr<Store> store_;
  EventHub& events_;
  ReviewBook& reviews_;
  SessionChanges changes_;
  std::int64_t seen_ = -1;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool nudged_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace skald::api
