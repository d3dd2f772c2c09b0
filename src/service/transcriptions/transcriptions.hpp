// Recordings that another program sends to be written down at once: no sessions, and nothing of them stays.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "formats/full_transcript.hpp"
#include "pipeline/ports.hpp"
#include "service/uploads/uploads.hpp"
#include "store/store.hpp"

namespace skald {

enum class Speakers { Leave, Tell };

/// In the words of `skald transcribe`; empty: what the settings say. Transcription stays on this machine.
struct TranscriptionWish {
  std::string model, language, prompt;
  Speakers speakers = Speakers::Leave;
};

/// One runs at a time, as a process of its own, in the order in which their recordings were complete. Any
/// number of threads may use it.
class Transcriptions {
 public:
  /// Removes what an earlier server left. `cancel` ends all of them, and outlives this.
  static Result<std::unique_ptr<Transcriptions>> open(const std::filesystem::path& home,
                                                      std::filesystem::path program,
                                                      const CancelToken& cancel);
  Transcriptions(const Transcriptions&) = delete;
  Transcriptions& operator=(const Transcriptions&) = delete;

  /// A recording on its way: a file that goes with the object.
  class Guest {
   public:
    Guest(Guest&& other) noexcept = default;
    Guest& operator=(Guest&&) = delete;
    ~Guest();
    /// Writes what came in. InvalidInput: larger than allowed. NoSpace: the disk has no room.
    Status take(std::string_view bytes);
    std::uint64_t size() const { return size_; }

   private:
    friend class Transcriptions;
    Guest(std::shared_ptr<void> place, std::filesystem::path file, Fd fd, const UploadLimits& limits)
        : place_(std::move(place)), file_(std::move(file)), fd_(std::move(fd)), limits_(limits) {}
    std::shared_ptr<void> place_;
    std::filesystem::path file_;
    Fd fd_;
    UploadLimits limits_;
    std::uint64_t size_ = 0, checked_ = 0;
  };
  /// Unavailable: as many as may be are there already.
  Result<Guest> enter();

  /// Waits for its turn, and for its end. Cancelled: `gone` said that nobody waits for it any more.
  Result<Transcript> run(const Guest& guest, const TranscriptionWish& wish,
                         const std::function<bool()>& gone);

 private:
  Transcriptions(std::filesystem::path folder, std::filesystem::path program, const CancelToken& cancel)
      : folder_(std::move(folder)), program_(std::move(program)), cancel_(cancel) {}
  Status remove_leftovers(const std::filesystem::path& home);
  Result<Transcript> run_program(const Guest& guest, const TranscriptionWish& wish,
                                 const std::function<bool()>& stop);

  const std::filesystem::path folder_, program_;
  const CancelToken& cancel_;
  std::optional<FileLock> lock_;  // who has it removes what others left
  std::mutex mutex_;              // of all below
  std::condition_variable turn_;
  std::size_t guests_ = 0;
  std::uint64_t next_ = 0;             // number of the next one that wants a turn
  std::deque<std::uint64_t> waiting_;  // the first one runs
};

}  // namespace skald
