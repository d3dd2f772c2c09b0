// Artifacts: folders under artifacts/, made under work/ by whoever holds the lock of their key.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>

#include "store/store.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

class FolderLease : public Lease {
 public:
  FolderLease(fs::path folder, FileLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  FolderLease(const FolderLease&) = delete;
  FolderLease& operator=(const FolderLease&) = delete;
  // Folders that stayed empty go, as when another run made the artifact first; units stay.
  ~FolderLease() override {
    for (const fs::path& folder : {folder_ / "output", folder_ / "units", folder_}) ::rmdir(folder.c_str());
  }
  fs::path units() const override { return folder_ / "units"; }
  fs::path output() const override { return folder_ / "output"; }

 private:
  fs::path folder_;
  FileLock lock_;
};

std::uint64_t folder_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) bytes += it->file_size(error);
  return bytes;
}

Fd open_folder(const fs::path& folder) {
  return Fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Nothing where the folder is not there, or is being removed.
std::shared_ptr<const void> hold(const fs::path& folder) {
  Fd fd = open_folder(folder);
  if (!fd || (::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)) return nullptr;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return nullptr;  // removed before it was held
  return std::make_shared<const Fd>(std::move(fd));
}

/// Removes a folder that nobody holds. Returns bytes freed.
Result<std::uint64_t> remove_unheld(const fs::path& folder) {
  const Fd fd = open_folder(folder);
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return 0;
  const std::uint64_t bytes = folder_bytes(folder);
  TRY_VOID(remove_tree(folder));
  return bytes;
}

}  // namespace

Result<std::optional<Artifact>> Store::find(const std::string& key) {
  Statement statement = TRY(database_.prepare("SELECT stage, directory FROM artifact WHERE key=?"));
  statement.bind(1, key);
  if (!TRY(statement.step())) return std::nullopt;
  Artifact artifact{key, statement.text(0), home_ / statement.text(1)};
  artifact.hold = hold(artifact.directory);
  // A folder that somebody removed by hand, or that a kill kept from appearing, is simply made again.
  if (!artifact.hold) return std::nullopt;
  std::error_code error;
  // A run that was killed between its commit and its tidying up left its units, which nobody needs any more.
  if (const fs::path left = home_ / "work" / key; fs::exists(left, error))
    if (const auto lock = TRY(FileLock::try_lock(home_ / "locks" / key))) TRY_VOID(remove_tree(left));
  return artifact;
}

Result<std::unique_ptr<Lease>> Store::begin(const std::string& key, Reuse reuse, const CancelToken& cancel) {
  FileLock lock = TRY(FileLock::lock(home_ / "locks" / key, cancel));
  const fs::path folder = home_ / "work" / key;
  if (reuse == Reuse::Nothing) TRY_VOID(remove_tree(folder));
  TRY_VOID(remove_tree(folder / "output"));
  TRY_VOID(make_directories(folder / "units"));
  TRY_VOID(make_directories(folder / "output"));
  return std::make_unique<FolderLease>(folder, std::move(lock));
}

Result<Artifact> Store::commit(Lease& lease, const std::string& key, std::string_view stage,
                               const Json& made_from) {
  // The folder gets a name of its own each time, so that a reader of an older making is not disturbed.
  const auto ticks = std::chrono::system_clock::now().time_since_epoch().count();
  const fs::path relative = fs::path("artifacts") / key.substr(0, 2) / (key + "-" + std::to_string(ticks));
  TRY_VOID(make_directories((home_ / relative).parent_path()));
  const auto bytes = static_cast<std::int64_t>(folder_bytes(lease.output()));
  // Recorded before it appears: a kill in between leaves no folder that nobody knows of.
  TRY_VOID(
      database_.run("INSERT INTO artifact(key, stage, directory, made_from, bytes) VALUES(?1,?2,?3,?4,?5) "
                    "ON CONFLICT(key) DO UPDATE SET directory=?3, made_from=?4, bytes=?5",
                    key, stage, relative.string(), to_line(made_from), bytes));
  TRY_VOID(commit_file(lease.output(), home_ / relative));
  Artifact artifact{key, std::string(stage), home_ / relative, hold(home_ / relative)};
  TRY_VOID(remove_tree(lease.units().parent_path()));
  (void)TRY(remove_unrecorded(artifact.directory.parent_path(), key));
  return artifact;
}

Result<std::vector<Store::UsedArtifact>> Store::artifacts_of(std::int64_t run, std::string_view stage) {
  Statement statement =
      TRY(database_.prepare("SELECT artifact.key, directory, made_from FROM run_artifact JOIN artifact "
                            "ON artifact.key = run_artifact.key WHERE run=? AND stage=?"));
  statement.bind(1, run).bind(2, stage);
  std::vector<UsedArtifact> found;
  while (TRY(statement.step())) {
    Artifact artifact{statement.text(0), std::string(stage), home_ / statement.text(1)};
    artifact.hold = hold(artifact.directory);
    if (artifact.hold) found.push_back({std::move(artifact), TRY(parse_json(statement.text(2), "database"))});
  }
  return found;
}

Result<std::uint64_t> Store::remove_unrecorded(const fs::path& group, const std::string& key) {
  std::uint64_t freed = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(group, error)) {
    const fs::path& folder = entry.path();
    if (!folder.filename().string().starts_with(key)) continue;
    Statement statement = TRY(database_.prepare("SELECT 1 FROM artifact WHERE directory=?"));
    statement.bind(1, folder.lexically_relative(home_).string());
    if (!TRY(statement.step())) freed += TRY(remove_unheld(folder));
  }
  return freed;
}

Result<bool> Store::is_unfinished(const std::string& key) {
  Statement statement = TRY(database_.prepare(
      "SELECT 1 FROM run_artifact WHERE key=?1 AND NOT EXISTS (SELECT 1 FROM artifact WHERE key=?1)"));
  statement.bind(1, key);
  return statement.step();
}

Result<std::uint64_t> Store::collect_garbage() {
  TRY_VOID(database_.run("DELETE FROM artifact WHERE key NOT IN (SELECT key FROM run_artifact)"));
  std::set<std::string> keys;  // of everything on disk
  std::error_code error;
  for (const auto& group : fs::directory_iterator(home_ / "artifacts", error))
    for (const auto& entry : fs::directory_iterator(group.path(), error))
      keys.insert(entry.path().filename().string().substr(0, 64));
  for (const auto& entry : fs::directory_iterator(home_ / "work", error))
    keys.insert(entry.path().filename().string());
  std::uint64_t freed = 0;
  for (const std::string& key : keys) {
    const auto lock = TRY(FileLock::try_lock(home_ / "locks" / key));
    if (!lock) continue;  // a run works on it
    freed += TRY(remove_unrecorded(home_ / "artifacts" / key.substr(0, 2), key));
    if (TRY(is_unfinished(key))) continue;  // a run goes on from its units
    freed += folder_bytes(home_ / "work" / key);
    TRY_VOID(remove_tree(home_ / "work" / key));
  }
  return freed;
}

}  // namespace skald
