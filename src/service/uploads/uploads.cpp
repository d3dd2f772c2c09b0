#include "service/uploads/uploads.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/files.hpp"
#include "base/growing_file.hpp"
#include "service/session/log.hpp"
#include "service/session/recording.hpp"
#include "service/settings/settings.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestName = 255;  // bytes

bool names_a_file(const std::string& name) {
  const auto odd = [](unsigned char c) { return c < ' ' || c == 127 || c == '/'; };
  return !name.empty() && name.size() <= kLongestName && std::none_of(name.begin(), name.end(), odd);
}

tl::unexpected<Error> unknown(std::int64_t id) {
  return fail(ErrorCode::NotFound, "there is no upload with the id " + std::to_string(id), "Begin it anew.");
}

}  // namespace

Result<UploadLimits> upload_limits() {
  const Settings settings = TRY(Settings::load());
  const auto bytes = [&](std::string_view name) {
    return static_cast<std::uint64_t>(settings.number(name) * 1e9);
  };
  return UploadLimits{bytes("UPLOAD_MAX_GIGABYTES"), bytes("UPLOAD_RESERVE_GIGABYTES")};
}

Status check_room(const fs::path& folder, std::uint64_t needed, const UploadLimits& limits) {
  const std::uint64_t room = TRY(free_bytes(folder));
  if (room >= needed + limits.reserve_bytes) return {};
  return fail(ErrorCode::NoSpace, "the disk has no room for this recording",
              "Free some space, then go on; UPLOAD_RESERVE_GIGABYTES says how much stays free.");
}

std::string_view state_of(const UploadRecord& upload) {
  if (upload.received < upload.size) return "receiving";
  return upload.sha256.empty() ? "checking" : "complete";
}

/// One try to send a piece.
struct Uploads::Piece {
  Incoming& upload;
  std::uint64_t try_number;
  std::uint64_t size;  // of the whole file
  Fd fd;
  fs::path file;
  std::uint64_t at;            // where the next byte goes
  std::optional<Sha256> hash;  // nothing where the bytes before are not hashed
  std::optional<Error> error = {};

  bool take(std::string_view bytes) {
    const std::lock_guard lock(upload.mutex);
    if (upload.tries != try_number)
      error = Error{ErrorCode::Conflict, "another try of this piece came in between", {}};
    else if (bytes.size() > size - at)
      error = Error{ErrorCode::Usage, "more bytes came than the upload was announced with", "Begin it anew."};
    else if (const Status written = write_at(fd.get(), bytes, at, file); !written)
      error = written.error();
    if (error) return false;
    if (hash) hash->update(bytes);
    at += bytes.size();
    return true;
  }
};

Result<std::unique_ptr<Uploads>> Uploads::open(const fs::path& home,
                                               std::function<void(const UploadRecord&)> changed) {
  TRY_VOID(make_directories(home / "uploads"));
  std::error_code ignored;
  fs::permissions(home / "uploads", fs::perms::owner_all, ignored);
  auto store = TRY(Store::open(home));
  std::unique_ptr<Uploads> uploads(new Uploads(home / "uploads", std::move(store), std::move(changed)));
  TRY_VOID(uploads->take_up());
  uploads->checker_ = std::thread([self = uploads.get()] { self->check_whole_files(); });
  return uploads;
}

Uploads::~Uploads() {
  ending_.cancel();
  {
    const std::lock_guard lock(mutex_);
    look_ = true;
  }
  wake_.notify_all();
  if (checker_.joinable()) checker_.join();
}

// A row comes before its file, and goes before it.
Status Uploads::take_up() {
  for (UploadRecord& record : TRY(store_->uploads())) {
    struct stat found{};
    const bool there = ::lstat(file(record.id).c_str(), &found) == 0 && S_ISREG(found.st_mode);
    const std::uint64_t size = there ? static_cast<std::uint64_t>(found.st_size) : 0;
    if (size >= record.received) continue;
    record.received = size;  // somebody removed it, or cut it
    record.sha256.clear();
    TRY_VOID(store_->update_upload(record));
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const auto id = id_of(entry.path());
    if (id && !TRY(store_->upload(*id))) fs::remove(entry.path(), error);
  }
  return {};
}

std::optional<std::int64_t> Uploads::id_of(const fs::path& path) const {
  const std::string name = path.filename().string();
  if (path.parent_path() != folder_ || name.empty() || name.size() > 18 ||
      name.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoll(name);
}

Result<UploadRecord> Uploads::begin(const std::string& name, std::uint64_t size, const UploadLimits& limits) {
  if (!names_a_file(name))
    return fail(ErrorCode::Usage, "the upload needs the name of a file, without '/', of at most 255 bytes");
  if (size == 0) return fail(ErrorCode::Usage, "the upload needs a size, in bytes");
  if (size > limits.most_bytes)
    return fail(ErrorCode::InvalidInput,
                "the recording is larger than " + std::to_string(limits.most_bytes) + " bytes",
                "UPLOAD_MAX_GIGABYTES allows more; or name the file by its path on this machine.");
  const std::lock_guard lock(mutex_);
  const auto others = TRY(store_->uploads());
  if (others.size() >= limits.most_uploads)
    return fail(ErrorCode::NoSpace, "there are " + std::to_string(others.size()) + " uploads already",
                "Remove those that are not needed any more.");
  std::uint64_t needed = size;
  for (const UploadRecord& other : others) needed += other.size - other.received;
  TRY_VOID(check_room(folder_, needed, limits));
  UploadRecord record{0, name, size, 0, {}, stamp_now()};
  TRY_VOID(store_->add_upload(record));
  TRY(open_for_writing(file(record.id)));
  return record;
}

Result<std::vector<UploadRecord>> Uploads::all() {
  const std::lock_guard lock(mutex_);
  return store_->uploads();
}

Result<UploadRecord> Uploads::find(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  auto found = TRY(store_->upload(id));
  if (!found) return unknown(id);
  return std::move(*found);
}

std::shared_ptr<Uploads::Incoming> Uploads::incoming(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  auto& place = incoming_[id];
  if (!place) place = std::make_shared<Incoming>();
  return place;
}

Result<UploadRecord> Uploads::receive(std::int64_t id, std::uint64_t offset, const Reader& read,
                                      const UploadLimits& limits) {
  TRY(find(id));
  const auto upload = incoming(id);
  std::unique_lock lock(upload->mutex);
  UploadRecord record = TRY(find(id));
  if (offset != record.received)
    return fail(ErrorCode::Conflict,
                "the next piece of this upload begins at " + std::to_string(record.received));
  TRY_VOID(check_room(folder_, 0, limits));
  Piece piece{*upload, ++upload->tries, record.size, TRY(open_for_writing(file(id))), file(id), offset, {}};
  if (upload->hashed == offset) piece.hash.emplace(upload->hash);
  lock.unlock();
  const bool whole = read([&](std::string_view bytes) { return piece.take(bytes); });
  if (piece.error) return tl::unexpected(std::move(*piece.error));
  if (!whole) return fail(ErrorCode::Usage, "the piece was cut off", "Send it again.");
  TRY_VOID(commit(piece, record));
  return record;
}

// Only now the piece counts.
Status Uploads::commit(Piece& piece, UploadRecord& record) {
  if (::fdatasync(piece.fd.get()) != 0)
    return tl::unexpected(errno_error(errno, "cannot write", piece.file.string()));
  const std::lock_guard own(piece.upload.mutex);
  if (piece.upload.tries != piece.try_number)
    return fail(ErrorCode::Conflict, "another try of this piece came in between");
  record.received = piece.at;
  if (piece.at == record.size && piece.hash) record.sha256 = Sha256(*piece.hash).hex();
  {
    const std::lock_guard lock(mutex_);
    TRY_VOID(store_->update_upload(record));
    if (record.received == record.size && record.sha256.empty()) look_ = true;
  }
  wake_.notify_all();
  if (piece.hash) {
    piece.upload.hash = std::move(*piece.hash);
    piece.upload.hashed = piece.at;
  }
  return {};
}

Status Uploads::remove(std::int64_t id) {
  TRY(find(id));
  const auto upload = incoming(id);
  const std::lock_guard own(upload->mutex);
  ++upload->tries;  // whoever writes stops
  const std::lock_guard lock(mutex_);
  TRY_VOID(store_->remove_upload(id));
  incoming_.erase(id);
  if (::unlink(file(id).c_str()) != 0 && errno != ENOENT)
    return tl::unexpected(errno_error(errno, "cannot remove", file(id).string()));
  return {};
}

std::optional<UploadRecord> Uploads::next_to_check() {
  const std::lock_guard lock(mutex_);
  const auto uploads = store_->uploads();
  if (!uploads) return std::nullopt;
  const auto found = std::find_if(uploads->begin(), uploads->end(),
                                  [](const UploadRecord& upload) { return state_of(upload) == "checking"; });
  return found == uploads->end() ? std::nullopt : std::optional(*found);
}

void Uploads::check_whole_files() {
  while (!ending_.cancelled()) {
    while (auto record = next_to_check()) {
      const auto read = read_recording(file(record->id), ending_);
      if (!read) break;  // looked at again with the next upload, or at the next start
      record->sha256 = read->content;
      {
        const std::lock_guard lock(mutex_);
        if (!store_->update_upload(*record)) break;
      }
      changed_(*record);
    }
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return look_; });
    look_ = false;
  }
}

}  // namespace skald
