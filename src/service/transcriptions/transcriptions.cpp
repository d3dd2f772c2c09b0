#include "service/transcriptions/transcriptions.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/files.hpp"
#include "base/growing_file.hpp"
#include "base/random.hpp"
#include "formats/fields.hpp"
#include "platform/process/program.hpp"
#include "service/backends/backends.hpp"
#include "service/jobs/job_progress.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostGuests = 9;             // one runs, the others wait or send
constexpr std::uint64_t kRoomEvery = 64ULL << 20;  // bytes between two looks at the free space
constexpr auto kGoneAsked = std::chrono::milliseconds(200);

Error error_of(const JobProgress& progress) {
  const Json told = progress.error().value_or(Json::object());
  if (told.empty()) return {ErrorCode::WorkerDied, "the transcription ended without a result", {}};
  return {error_code_from_name(text_at(told, "code")), text_at(told, "message"), text_at(told, "advice")};
}

tl::unexpected<Error> nobody_waits() {
  return fail(ErrorCode::Cancelled, "nobody waits for the transcription any more");
}

// Whether a run's recording was one of those files.
bool is_of(const RunRecord& run, const fs::path& folder) {
  const Json details = parse_json(run.details, "database").value_or(Json::object());
  const Json recordings = details.is_object() ? details.value("recordings", Json::array()) : Json::array();
  return recordings.is_array() && std::ranges::any_of(recordings, [&](const Json& recording) {
           return text_at(recording, "path").starts_with(folder.string() + "/");
         });
}

}  // namespace

Result<std::unique_ptr<Transcriptions>> Transcriptions::open(const fs::path& home, fs::path program,
                                                             const CancelToken& cancel) {
  const fs::path folder = fs::absolute(home / "transcriptions");
  std::unique_ptr<Transcriptions> made(new Transcriptions(folder, std::move(program), cancel));
  made->lock_ = TRY(FileLock::try_lock(home / "locks" / "transcriptions"));
  if (made->lock_) TRY_VOID(made->remove_leftovers(home));
  TRY_VOID(make_directories(folder));
  std::error_code ignored;
  fs::permissions(folder, fs::perms::owner_all, ignored);
  return made;
}

Status Transcriptions::remove_leftovers(const fs::path& home) {
  TRY_VOID(remove_tree(folder_));
  const auto store = TRY(Store::open(home));
  bool removed = false;
  for (const RunRecord& run : TRY(store->runs()))
    if (run.session.empty() && is_of(run, folder_)) {
      TRY_VOID(store->remove_run(run.id));
      removed = true;
    }
  if (removed) TRY_VOID(store->collect_garbage());
  return {};
}

Result<Transcriptions::Guest> Transcriptions::enter() {
  const UploadLimits limits = TRY(upload_limits());
  {
    const std::lock_guard lock(mutex_);
    if (guests_ >= kMostGuests)
      return fail(ErrorCode::Unavailable,
                  "there are " + std::to_string(guests_) + " transcriptions already, waiting or running",
                  "Try again later.");
    ++guests_;
  }
  std::shared_ptr<void> place(nullptr, [this](void*) {
    const std::lock_guard lock(mutex_);
    --guests_;
  });
  const fs::path file = folder_ / TRY(random_secret()).substr(0, 16);
  Fd fd = TRY(open_for_writing(file));
  return Guest(std::move(place), file, std::move(fd), limits);
}

Transcriptions::Guest::~Guest() {
  if (fd_) ::unlink(file_.c_str());
}

Status Transcriptions::Guest::take(std::string_view bytes) {
  if (bytes.size() > limits_.most_bytes - size_)
    return fail(ErrorCode::InvalidInput,
                "the recording is larger than " + std::to_string(limits_.most_bytes) + " bytes",
                "UPLOAD_MAX_GIGABYTES allows more.");
  if (size_ + bytes.size() > checked_) {
    TRY_VOID(check_room(file_.parent_path(), kRoomEvery, limits_));
    checked_ = size_ + kRoomEvery;
  }
  TRY_VOID(write_at(fd_.get(), bytes, size_, file_));
  size_ += bytes.size();
  return {};
}

Result<Transcript> Transcriptions::run(const Guest& guest, const TranscriptionWish& wish,
                                       const std::function<bool()>& gone) {
  const auto stop = [&] { return cancel_.cancelled() || gone(); };
  std::unique_lock lock(mutex_);
  const std::uint64_t number = next_++;
  waiting_.push_back(number);
  bool mine = false, stopped = false;
  while (!mine && !stopped) {
    mine = waiting_.front() == number;
    if (!mine) turn_.wait_for(lock, kGoneAsked);
    lock.unlock();
    stopped = stop();
    lock.lock();
  }
  lock.unlock();
  Result<Transcript> made = nobody_waits();
  if (!stopped) made = run_program(guest, wish, stop);
  lock.lock();
  std::erase(waiting_, number);
  lock.unlock();
  turn_.notify_all();
  return made;
}

Result<Transcript> Transcriptions::run_program(const Guest& guest, const TranscriptionWish& wish,
                                               const std::function<bool()>& stop) {
  // With '=' no text can be taken for an option. A setting alone sends nothing to another machine.
  std::vector<std::string> words = {"transcribe",
                                    guest.file_.string(),
                                    "--format=json",
                                    "--progress=json",
                                    "--forget",
                                    "--transcriber=" + std::string(kBuiltInTranscriber),
                                    "--end-with=" + std::to_string(::getpid())};
  if (!wish.model.empty()) words.push_back("--model=" + wish.model);
  if (!wish.language.empty()) words.push_back("--language=" + wish.language);
  if (!wish.prompt.empty()) words.push_back("--prompt=" + wish.prompt);
  if (wish.speakers == Speakers::Tell) words.emplace_back("--diarize");
  Program program = TRY(Program::start(program_, words));
  JobProgress progress;
  std::string text;
  const int status = program.wait([&](std::string_view line) { text.append(line).push_back('\n'); },
                                  [&](std::string_view line) { progress.take(line); }, stop);
  if (stop()) return nobody_waits();
  // 3: another backend stood in; the text is whole.
  if (status != 0 && status != 3) return tl::unexpected(error_of(progress));
  return parse_json(text, "transcript").and_then(transcript_from_json);
}

}  // namespace skald
