// Recordings that come in piece by piece, and survive whatever ends the server in between.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

namespace skald {

struct UploadLimits {
  std::uint64_t most_bytes = 0;     // of one recording
  std::uint64_t reserve_bytes = 0;  // that stay free on the disk
  std::size_t most_uploads = 100;   // in all
};
/// As the settings say.
Result<UploadLimits> upload_limits();

/// NoSpace: less than the reserve would stay free on the disk of that folder after so many bytes.
Status check_room(const std::filesystem::path& folder, std::uint64_t needed, const UploadLimits& limits);

/// "receiving", "checking" (all is there, its hash is not known yet) or "complete".
std::string_view state_of(const UploadRecord& upload);

/// Files of generated names in `home`/uploads, for the owner alone. Any number of threads may use it.
class Uploads {
 public:
  /// Takes up what an earlier server left. `changed` hears of a hash that became known, on another thread.
  static Result<std::unique_ptr<Uploads>> open(const std::filesystem::path& home,
                                               std::function<void(const UploadRecord&)> changed);
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;
  ~Uploads();

  /// Usage: no name for a file, or no size. InvalidInput: larger than allowed. NoSpace: the disk has not
  /// enough room for this one and what else is on its way.
  Result<UploadRecord> begin(const std::string& name, std::uint64_t size, const UploadLimits& limits);
  Result<std::vector<UploadRecord>> all();
  Result<UploadRecord> find(std::int64_t id);

  /// Hands out the bytes of a piece as they come in; false: it was cut off, or the taker wanted no more.
  using Reader = std::function<bool(const std::function<bool(std::string_view)>& take)>;
  /// Takes the piece that begins at `offset` and returns once it is safe on disk. What was cut off counts for
  /// nothing. Conflict: the piece begins elsewhere than the last one ended, or a newer try of it came in
  /// between.
  Result<UploadRecord> receive(std::int64_t id, std::uint64_t offset, const Reader& read,
                               const UploadLimits& limits);
  Status remove(std::int64_t id);

  std::filesystem::path file(std::int64_t id) const { return folder_ / std::to_string(id); }
  /// The upload that a file of ours belongs to, there or not; nothing for any other path.
  std::optional<std::int64_t> id_of(const std::filesystem::path& path) const;

 private:
  /// What is known of an upload while the server runs.
  struct Incoming {
    std::mutex mutex;
    std::uint64_t tries = 0;  // the newest one may write
    Sha256 hash;              // of the first `hashed` bytes
    std::uint64_t hashed = 0;
  };
  struct Piece;

  Uploads(std::filesystem::path folder, std::unique_ptr<Store> store,
          std::function<void(const UploadRecord&)> changed)
      : folder_(std::move(folder)), store_(std::move(store)), changed_(std::move(changed)) {}
  Status take_up();
  std::shared_ptr<Incoming> incoming(std::int64_t id);
  Status commit(Piece& piece, UploadRecord& record);
  /// Hashes what came in with a restart in between.
  void check_whole_files();
  std::optional<UploadRecord> next_to_check();

  const std::filesystem::path folder_;
  std::mutex mutex_;  // of all below
  std::unique_ptr<Store> store_;
  std::map<std::int64_t, std::shared_ptr<Incoming>> incoming_;
  std::condition_variable wake_;
  bool look_ = true;
  CancelToken ending_;
  std::function<void(const UploadRecord&)> changed_;
  std::thread checker_;
};

}  // namespace skald
