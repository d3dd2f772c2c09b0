// Artifacts: folders under artifacts/, made under work/ by whoever holds the lock of their key.
#include <unistd.h>

#include <algorithm>
#include <chrono>

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

}  // namespace

Result<std::optional<Artifact>> Store::find(const std::string& key) {
  Statement statement = TRY(database_.prepare("SELECT stage, directory FROM artifact WHERE key=?"));
  statement.bind(1, key);
  if (!TRY(statement.step())) return std::nullopt;
  Artifact artifact{key, statement.text(0), home_ / statement.text(1)};
  std::error_code error;
  // A folder that somebody removed by hand is simply made again.
  if (!fs::is_directory(artifact.directory, error)) return std::nullopt;
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
  TRY_VOID(commit_file(lease.output(), home_ / relative));
  TRY_VOID(
      database_.run("INSERT INTO artifact(key, stage, directory, made_from, bytes) VALUES(?1,?2,?3,?4,?5) "
                    "ON CONFLICT(key) DO UPDATE SET directory=?3, made_from=?4, bytes=?5",
                    key, stage, relative.string(), to_line(made_from), bytes));
  TRY_VOID(remove_tree(lease.units().parent_path()));
  return Artifact{key, std::string(stage), home_ / relative};
}

Result<std::uint64_t> Store::collect_garbage() {
  TRY_VOID(database_.run("DELETE FROM artifact WHERE key NOT IN (SELECT key FROM run_artifact)"));
  std::vector<std::string> kept;
  {
    Statement statement = TRY(database_.prepare("SELECT directory FROM artifact"));
    while (TRY(statement.step())) kept.push_back((home_ / statement.text(0)).string());
  }
  std::uint64_t freed = 0;
  const auto sweep = [&](const fs::path& folder, const std::string& key) -> Status {
    auto lock = TRY(FileLock::try_lock(home_ / "locks" / key));
    if (!lock) return {};  // a run works on it
    freed += folder_bytes(folder);
    return remove_tree(folder);
  };
  std::error_code error;
  for (const auto& group : fs::directory_iterator(home_ / "artifacts", error))
    for (const auto& entry : fs::directory_iterator(group.path(), error)) {
      const std::string path = entry.path().string();
      if (std::find(kept.begin(), kept.end(), path) == kept.end())
        TRY_VOID(sweep(path, entry.path().filename().string().substr(0, 64)));
    }
  for (const auto& entry : fs::directory_iterator(home_ / "work", error))
    TRY_VOID(sweep(entry.path(), entry.path().filename().string()));
  return freed;
}

}  // namespace skald
