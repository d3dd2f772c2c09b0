#include "store/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/names.hpp"
#include "store/schema.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr Names<RunState, 4> kRunStates = {{{RunState::Running, "running"},
                                            {RunState::Finished, "finished"},
                                            {RunState::Failed, "failed"},
                                            {RunState::Cancelled, "cancelled"}}};

Status migrate(Database& database) {
  // Two first starts at once: the second waits at BEGIN and then finds the work done.
  TRY_VOID(database.execute("BEGIN IMMEDIATE"));
  std::int64_t version = 0;
  {
    Statement statement = TRY(database.prepare("PRAGMA user_version"));
    if (TRY(statement.step())) version = statement.integer(0);
  }
  const auto newest = static_cast<std::int64_t>(kSchemaSteps.size());
  if (version > newest)
    return fail(ErrorCode::Damaged,
                "the database was written by a newer Skald (schema " + std::to_string(version) + ")",
                "Use that version, or set SKALD_HOME to another folder.");
  for (auto step = version; step < newest; ++step)
    TRY_VOID(database.execute(kSchemaSteps[static_cast<std::size_t>(step)]));
  TRY_VOID(database.execute("PRAGMA user_version=" + std::to_string(newest)));
  return database.execute("COMMIT");
}

}  // namespace

std::string_view to_string(RunState state) {
  return find_name(kRunStates, state);
}

fs::path default_home() {
  if (const char* home = std::getenv("SKALD_HOME"); home != nullptr && *home != 0) return home;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != 0)
    return fs::path(data) / "skald";
  const char* user = std::getenv("HOME");
  return fs::path(user != nullptr ? user : ".") / ".local/share/skald";
}

Result<std::optional<FileLock>> FileLock::try_lock(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot open", path.string()));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return FileLock(std::move(fd));
  if (errno == EWOULDBLOCK) return std::nullopt;
  return tl::unexpected(errno_error(errno, "cannot lock", path.string()));
}

Result<FileLock> FileLock::lock(const fs::path& path, const CancelToken& cancel) {
  for (;;) {
    if (auto held = TRY(try_lock(path))) return std::move(*held);
    if (cancel.cancelled())
      return fail(ErrorCode::Cancelled, "cancelled while another run makes the same result");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

Status FileLock::note(std::string_view who) {
  if (::ftruncate(fd_.get(), 0) != 0) return tl::unexpected(errno_error(errno, "cannot write", "a lock"));
  const ssize_t written = ::pwrite(fd_.get(), who.data(), who.size(), 0);
  if (written < 0) return tl::unexpected(errno_error(errno, "cannot write", "a lock"));
  return {};
}

Result<std::unique_ptr<Store>> Store::open(const fs::path& home) {
  for (const char* folder : {"artifacts", "work", "locks", "logs", "jobs"})
    TRY_VOID(make_directories(home / folder));
  Database database = TRY(Database::open(home / "skald.db"));
  TRY_VOID(migrate(database));
  return std::unique_ptr<Store>(new Store(home, std::move(database)));
}

std::optional<double> Store::seconds_per_second(std::string_view stage, std::string_view variant) {
  auto statement = database_.prepare(
      "SELECT sum(seconds) / sum(audio_seconds), sum(audio_seconds) FROM (SELECT seconds, audio_seconds FROM "
      "timing "
      "WHERE stage=? AND variant=? ORDER BY id DESC LIMIT 5)");
  if (!statement) return std::nullopt;
  statement->bind(1, stage).bind(2, variant);
  if (!statement->step().value_or(false) || statement->real(1) <= 0) return std::nullopt;
  return statement->real(0);
}

void Store::record(std::string_view stage, std::string_view variant, double audio_seconds, double seconds) {
  // A lost measurement costs nothing but a later estimate.
  (void)database_.run("INSERT INTO timing(stage, variant, audio_seconds, seconds) VALUES(?,?,?,?)", stage,
                      variant, audio_seconds, seconds);
}

Status Store::add_run(RunRecord& run) {
  Statement statement =
      TRY(database_.prepare("INSERT INTO run(run_key, session, directory, state, started, details) "
                            "VALUES(?,?,?,?,?,?) RETURNING id"));
  statement.bind(1, run.run_key).bind(2, run.session).bind(3, run.directory);
  statement.bind(4, to_string(run.state)).bind(5, run.started).bind(6, run.details);
  if (TRY(statement.step())) run.id = statement.integer(0);
  while (TRY(statement.step())) {
  }
  return {};
}

Status Store::update_run(const RunRecord& run) {
  return database_.run("UPDATE run SET state=?, directory=?, details=? WHERE id=?", to_string(run.state),
                       run.directory, run.details, run.id);
}

namespace {
RunRecord read_run(const Statement& row) {
  return {row.integer(0),
          row.text(1),
          row.text(2),
          row.text(3),
          find_value(kRunStates, row.text(4)).value_or(RunState::Failed),
          row.text(5),
          row.text(6)};
}
constexpr std::string_view kRunColumns =
    "SELECT id, run_key, session, directory, state, started, details FROM run ";
}  // namespace

Result<std::optional<RunRecord>> Store::unfinished_run(const std::string& run_key) {
  Statement statement = TRY(database_.prepare(
      std::string(kRunColumns) + "WHERE run_key=? AND state<>'finished' ORDER BY id DESC LIMIT 1"));
  statement.bind(1, run_key);
  if (!TRY(statement.step())) return std::nullopt;
  return read_run(statement);
}

Result<std::vector<RunRecord>> Store::runs(const std::string& session) {
  Statement statement =
      TRY(database_.prepare(std::string(kRunColumns) + "WHERE ?1='' OR session=?1 ORDER BY id DESC"));
  statement.bind(1, session);
  std::vector<RunRecord> found;
  while (TRY(statement.step())) found.push_back(read_run(statement));
  return found;
}

Status Store::remove_runs(const std::string& session) {
  return database_.run("DELETE FROM run WHERE session=?", session);
}

Status Store::remove_run(std::int64_t id) {
  return database_.run("DELETE FROM run WHERE id=?", id);
}

Status Store::use_artifact(std::int64_t run, const std::string& key) {
  return database_.run("INSERT OR IGNORE INTO run_artifact(run, key) VALUES(?,?)", run, key);
}

Result<std::int64_t> Store::version_of_data() {
  Statement statement = TRY(database_.prepare("PRAGMA data_version"));
  if (!TRY(statement.step())) return fail(ErrorCode::Internal, "SQLite does not tell its data version");
  return statement.integer(0);
}

Result<std::optional<std::string>> Store::fact(const std::string& name) {
  Statement statement = TRY(database_.prepare("SELECT value FROM fact WHERE name=?"));
  statement.bind(1, name);
  if (!TRY(statement.step())) return std::nullopt;
  return statement.text(0);
}

Status Store::set_fact(const std::string& name, const std::string& value) {
  return database_.run("INSERT INTO fact(name, value) VALUES(?1,?2) ON CONFLICT(name) DO UPDATE SET value=?2",
                       name, value);
}

}  // namespace skald
