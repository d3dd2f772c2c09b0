// Corrections of sessions: read, made, undone, kept. One book for all threads of a program.
#pragma once
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "service/review/reviewed_session.hpp"

namespace skald {

class ReviewBook {
 public:
  using Review = std::shared_ptr<const ReviewedSession>;

  /// With a connection of its own to the store of that home.
  static Result<std::unique_ptr<ReviewBook>> open(const std::filesystem::path& home);

  /// NotFound: there is no such session, or it has no results.
  Result<Review> read(std::int64_t session);

  struct Change {
    Review before, after;
    Difference difference;  // points into `after`
  };
  /// All edits or none, as one step, on disk when it returns. Conflict: `revision` is not the present one.
  Result<Change> edit(std::int64_t session, const std::string& revision, const std::vector<Edit>& edits,
                      const std::string& who);
  /// `kind`: Undo or Redo. Conflict also where there is nothing to take back.
  Result<Change> step_back(std::int64_t session, const std::string& revision, ReviewStep::Kind kind,
                           const std::string& who);

  /// Brings what is searched up to date with the newest results and corrections of all sessions. A session
  /// whose results cannot be read keeps what was found in it.
  Status index_all();

  /// Drops what is kept in memory; it is read anew when it is asked for.
  void forget();

 private:
  explicit ReviewBook(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  Result<Review> load(std::int64_t session);
  Result<Review> checked(std::int64_t session, const std::string& revision);
  Result<Change> keep(const Review& before, const std::shared_ptr<ReviewedSession>& after);
  void remember(const Review& review);

  std::mutex mutex_;
  std::unique_ptr<Store> store_;
  std::list<Review> kept_;  // the last ones read, newest first
};

}  // namespace skald
