// Skald's memory between runs: artifacts by content key, runs and sessions, timings, small facts. One folder,
// one database; any number of processes may use it at once.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "pipeline/ports.hpp"
#include "store/queue.hpp"
#include "store/sqlite.hpp"

namespace skald {

enum class RunState { Running, Finished, Failed, Cancelled };

/// One run of `skald process`, finished or not.
struct RunRecord {
  std::int64_t id = 0;
  std::string run_key;  // equal for the same command on the same input: what "go on" looks for
  std::string session;
  std::string directory;  // of the results
  RunState state = RunState::Running;
  std::string started;  // local time, YYYYMMDD_HHMMSS
  std::string details;  // JSON: inputs, options, summary
};

std::string_view to_string(RunState state);

/// $SKALD_HOME, else $XDG_DATA_HOME/skald, else ~/.local/share/skald.
std::filesystem::path default_home();

/// An exclusive lock on a file; ends with the object or the process.
class FileLock {
 public:
  /// Empty if another process holds it.
  static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& path);
  /// Waits while another process holds it.
  static Result<FileLock> lock(const std::filesystem::path& path, const CancelToken& cancel);
  /// Leaves a line in the file that says to others who holds it.
  Status note(std::string_view who);
  /// For a child that holds it, too.
  int descriptor() const { return fd_.get(); }

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

/// A step of a session's review, as the database keeps it.
struct EditRow {
  std::int64_t revision = 0;
  std::string kind;   // "edits", "undo" or "redo"
  std::string at;     // ISO 8601, UTC
  std::string who;    // "page" or "token"
  std::string edits;  // JSON
};

/// A segment as search sees it.
struct Spoken {
  std::string segment;  // its id
  double start = 0;     // seconds
  std::string speaker;  // as shown
  std::string text;
};
struct SpokenChange {
  std::vector<Spoken> changed;
  std::vector<std::string> removed;  // ids
};

/// The results and the revision that search knows of a session; 0: none.
struct Indexed {
  std::int64_t run = 0, revision = 0;
  bool operator==(const Indexed&) const = default;
};

/// What search finds: hits with the best first, and how many there are in all.
struct Found {
  struct Hit {
    std::int64_t session = 0;
    std::string name;  // of the session
    Spoken spoken;     // the text is a snippet; what was found stands between bytes 1 and 2
  };
  std::vector<Hit> hits;
  std::size_t total = 0;
};

class Store : public ArtifactStore, public TimingBook {
 public:
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& home);

  Result<std::optional<Artifact>> find(const std::string& key) override;
  Result<std::unique_ptr<Lease>> begin(const std::string& key, Reuse reuse,
                                       const CancelToken& cancel) override;
  Result<Artifact> commit(Lease& lease, const std::string& key, std::string_view stage,
                          const Json& made_from) override;

  std::optional<double> seconds_per_second(std::string_view stage, std::string_view variant) override;
  void record(std::string_view stage, std::string_view variant, double audio_seconds,
              double seconds) override;

  /// A new row; fills in the id.
  Status add_run(RunRecord& run);
  Status update_run(const RunRecord& run);
  /// The newest run of that key which has not finished.
  Result<std::optional<RunRecord>> unfinished_run(const std::string& run_key);
  /// Newest first; of one session where named.
  Result<std::vector<RunRecord>> runs(const std::string& session = {});
  Status remove_runs(const std::string& session);
  Status remove_run(std::int64_t id);
  /// Removes artifacts and work folders that no run in the database refers to and no running one holds. What
  /// an unfinished run, or one that fell back, goes on from is kept.
  /// Returns bytes freed.
  Result<std::uint64_t> collect_garbage();
  Status use_artifact(std::int64_t run, const std::string& key);

  struct UsedArtifact {
    Artifact artifact;  // held
    Json made_from;     // {"parameters", "inputs"}
  };
  /// What a run uses of one stage, in no order, as far as it is on disk. Changes nothing.
  Result<std::vector<UsedArtifact>> artifacts_of(std::int64_t run, std::string_view stage);

  // Sessions are named by the id of their first run here.
  Result<std::vector<EditRow>> edit_log(std::int64_t session);
  Result<std::int64_t> edit_revision(std::int64_t session);
  /// On disk when it returns. Conflict: the row's revision is not the next one.
  Status add_edit(std::int64_t session, const EditRow& row, const SpokenChange& change);
  Result<Indexed> indexed(std::int64_t session);
  /// All that search shall know of a session. Conflict: it has another revision by now.
  Status index_session(std::int64_t session, const Indexed& what, const std::vector<Spoken>& spoken);
  /// `query` in the language of FTS5.
  Result<Found> search(const std::string& query, std::size_t most);
  /// Conflict: there is a session of that name already.
  Status rename_session(const std::string& from, const std::string& to);

  /// A number that changes when somebody else, in this process or another, changes the database.
  Result<std::int64_t> version_of_data();

  /// A new row; fills in the id.
  Status add_upload(UploadRecord& upload);
  /// Bytes received and hash.
  Status update_upload(const UploadRecord& upload);
  Result<std::vector<UploadRecord>> uploads();
  Result<std::optional<UploadRecord>> upload(std::int64_t id);
  Status remove_upload(std::int64_t id);

  /// A new row, whose turn comes last; fills in the id.
  Status add_job(JobRecord& job);
  /// State, outcome and times.
  Status update_job(const JobRecord& job);
  Status queue_job_last(std::int64_t id);
  /// In the order of their turns.
  Result<std::vector<JobRecord>> jobs();
  Result<std::optional<JobRecord>> job(std::int64_t id);
  Status remove_job(std::int64_t id);

  Result<std::optional<std::string>> fact(const std::string& name);
  Status set_fact(const std::string& name, const std::string& value);

  const std::filesystem::path& home() const { return home_; }

 private:
  Store(std::filesystem::path home, Database database)
      : home_(std::move(home)), database_(std::move(database)) {}
  Status change_spoken(std::int64_t session, const SpokenChange& change);
  /// Whether a run has asked for it, and it was not made to its end.
  Result<bool> is_unfinished(const std::string& key);
  /// For the holder of the key's lock: removes the folders of earlier makings that nobody holds. Returns
  /// bytes freed.
  Result<std::uint64_t> remove_unrecorded(const std::filesystem::path& group, const std::string& key);

  std::filesystem::path home_;
  Database database_;
};

}  // namespace skald
